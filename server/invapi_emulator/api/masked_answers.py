"""Masking what an answer repeats of a call: the values of fields whose names say that they are secret."""

import re

from invapi_emulator.process.secret_words import MASK, names_a_secret

_PART = re.compile(r'"((?:[^"\\]++|\\(?:.|\Z))*+)(?:"(:)?|\Z)|[\[\]{}]', re.DOTALL)
"""A text, the name of a field, or a bracket. The first group is what a text holds, the second says that it is a name."""

_DEPTHS = {"[": 1, "{": 1, "]": -1, "}": -1}


def without_named_secrets(answer: str) -> str:
    """Mask such values, at any depth, in JSON without spaces, which may be cut. This takes time in proportion to it."""
    shown, seen, at = [], 0, 0
    while found := _PART.search(answer, at):
        at = found.end()
        if found[2] and answer[at : at + 1] in ('"', "[", "{") and names_a_secret(found[1]):
            shown += [answer[seen:at], f'"{MASK}"']
            seen = at = _end_of_value(answer, at)
    return "".join([*shown, answer[seen:]])


def _end_of_value(answer: str, at: int) -> int:
    """Return where a text, or something with brackets, ends that begins there."""
    depth = 0
    for part in _PART.finditer(answer, at):
        depth += _DEPTHS.get(part[0], 0)
        if depth == 0:
            return part.end()
    return len(answer)
