"""What a text itself says to be a secret: the values of quoted names in it, as JSON has them, and private keys.

All of it takes time in proportion to the text.
"""

import re
from itertools import islice

from invapi_emulator.process.percent import masked_at_each_level, may_have_needless
from invapi_emulator.process.remembered import remembered
from invapi_emulator.process.secret_words import CUT, MASK, may_name_a_secret, names_a_secret

_PRIVATE_KEY = re.compile(
    r"-{4,5}[ +]?BEGIN[ +\w]{0,40}PRIVATE[ +]KEY.*?(?:-{4,5}[ +]?END[^-]{0,60}-{4,5}|(?=\.\.\. \()|\Z)",
    re.DOTALL,
)
_AFTER_NAME = re.compile(r"[\"']\s*+(?:=>|[:=])\s*+")
_LONGEST_NAME = 100
_MOST_NAMES = 5_000
"""Maximum number of quoted names in a text. One with more is masked as a whole."""

_MARK = re.compile(r"(?<!\\)\\*+[\"']|[\[\]{}]")
"""A quote with the backslashes before it, which say in how many others it stands, or a bracket."""
_DEPTHS = {"[": 1, "{": 1, "]": -1, "}": -1}
_LONGEST_SHOWN = 5_000
_MOST_MARKS = 10_000
"""Maximum number of these in a value. One with more is masked with all that follows."""

_BARE_VALUE = re.compile(r"[^\s,;&\]}\"'\\]*")

_ASSIGNS = re.compile(r"(?<![\w.-])([\w.-]++)[\])\s]{0,3}(?:=>|[=:])\s*+")
"""A word to which the rest is assigned: `root_pass=x`, `password: x`."""
_USER_OF_URL = re.compile(r"(?<=://)[^/\s@]*+@")
_TELLS_NOTHING = frozenset({"null", "true", "false"})


def without_told(text: str) -> str:
    """Mask private keys, and the values after quoted names of secrets, escaped as often as they may be."""
    if "PRIVATE" in text:
        text = _PRIVATE_KEY.sub(MASK, text)
    if ('"' not in text and "'" not in text) or not may_name_a_secret(text):
        return text
    return _without_named(text)


def may_tell(text: str) -> bool:
    """Return whether a text may have such a value, also behind percent escapes. This is quick."""
    return '"' in text or "'" in text or "%" in text or "PRIVATE" in text or may_have_needless(text)


def may_repeat_told(answer: str) -> bool:
    """Return whether an answer, whose own names are known, may have such a value in one of its texts."""
    return (
        '\\"' in answer or may_have_needless(answer) or any(mark in answer for mark in ("'", "%", "PRIVATE"))
    )


def name_without_told(name: str) -> str:
    """Mask such values in the name of a field, also what it assigns: `root_pass=x`."""
    return masked_at_each_level(_without_assigned, name) if may_assign(name) else name


def may_assign(name: str) -> bool:
    """Return whether the name of a field may have a value in it. This is quick."""
    return "=" in name or ":" in name or "%" in name or "PRIVATE" in name


def parts_a_secret(name: str) -> bool:
    """Return whether the secret value in the name of a field goes on in the value of the field, as after a `=` in JSON.

    A name that is longer than any that is shown is taken for one that does.
    """
    if not may_assign(name):
        return False
    if len(name) > _LONGEST_SHOWN:
        return True
    shown = name_without_told(name)
    return shown != name and shown.endswith(MASK)


def _without_assigned(name: str) -> str:
    told = _USER_OF_URL.sub(f"{MASK}@", without_told(name))
    secret = next((found for found in _ASSIGNS.finditer(told) if names_a_secret(found[1])), None)
    return told if secret is None else told[: secret.end()] + MASK


def _without_named(text: str) -> str:
    shown, seen, at = list[str](), 0, 0
    for _ in range(_MOST_NAMES):
        found = _AFTER_NAME.search(text, at)
        if found is None:
            return "".join([*shown, text[seen:]])
        at = found.end()
        before = text[max(seen, found.start() - _LONGEST_NAME) : found.start()]
        if _names_at_end(before):
            quote, end = found[0][0], _end_of_value(text, at)
            if text[at:end] in _TELLS_NOTHING:
                continue
            slashes = before[len(before.rstrip("\\")) :]
            shown += [text[seen:at], _masked(text[at:end], slashes + quote)]
            seen = at = end
    return MASK


def _masked(value: str, quote: str) -> str:
    """Return the mask in the quotes that the value has or that a name before it has, without the last if it is cut."""
    opening = _MARK.match(value)
    if opening is None or opening[0] in _DEPTHS:
        return f"{quote}{MASK}{quote}"
    own = opening[0]
    return f"{own}{MASK}{own if value.endswith(own) and len(value) > len(own) else ''}"


@remembered(1_000)
def _names_at_end(before: str) -> bool:
    """Return whether the quoted name that a text ends with, without the last quote, is one of a secret."""
    plain = before.rstrip("\\")
    return names_a_secret(plain[max(plain.rfind('"'), plain.rfind("'")) + 1 :])


def _end_of_value(text: str, at: int) -> int:
    """Return where the value ends that begins there: the last quote or bracket, or where the text ends or is cut."""
    first = _MARK.match(text, at)
    if first is None:
        bare = _BARE_VALUE.match(text, at)
        return at if bare is None else bare.end()
    depth, inside = 0, ""
    for mark in islice(_MARK.finditer(text, at), _MOST_MARKS):
        if inside:
            inside = "" if mark[0] == inside else inside
        elif mark[0] in _DEPTHS:
            depth += _DEPTHS[mark[0]]
        else:
            inside = mark[0]
        if not inside and depth <= 0:
            return mark.end()
    cut = text.rfind(CUT, at)
    return len(text) if cut < 0 else cut
