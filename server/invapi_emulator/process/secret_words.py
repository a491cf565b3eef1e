"""What is masked in journal, log and events: fields with names of secrets, and words that may be tokens, wherever they stand.

All of it takes time in proportion to the text, however many words there are.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import partial
from itertools import takewhile
from typing import NamedTuple

from invapi_emulator.process.percent import decoded

MASK = "***"

CUT = "..."
"""Marks the place in a message where a long value is cut."""

_IN_JSON: tuple[Callable[[str], str], ...] = (json.dumps, partial(json.dumps, ensure_ascii=False))

SHORTEST = 8
"""Shorter secrets are masked by their field's name only: as words they occur everywhere."""

_GENERATED_LENGTH = 32
_LONGEST_ESCAPE = 8
"""Maximum number of hexadecimal digits of an escape, as of `\\U0001f600`, which may stand before a generated word."""

LONGEST_GENERATED = 2 * (_GENERATED_LENGTH + _LONGEST_ESCAPE)
"""Number of characters after which it is sure whether a generated word has begun."""

_LONGEST_PART = 1_000
"""Maximum number of characters that a message shows of a word whose end it cuts, with all escapes."""

_MOST_DECODED = 3
"""How often percent escapes are decoded to find a word behind one: `%20` ends in digits, `%2520` holds them."""

_HAS_ONE_FORM = re.compile(r"[ !#-&(-\[\]-~]*")
"""Matches words of printable ASCII without quotes and backslashes."""
_IS_GENERATED = re.compile(rf"[0-9a-f]{{{_GENERATED_LENGTH}}}")
_AS_RUNS = bytes(ord("x") if byte in b"0123456789abcdef" else ord(" ") for byte in range(256))
_RUN_OF_MARKS = b"x" * _GENERATED_LENGTH
_SECRET_ENDS = (
    "token", "apikey", "privatekey", "secretkey", "accesskey", "loginkey",
    "pass", "pwd", "rootpw", "secret", "credential", "credentials", "authorization", "bearer", "jwt", "cookie", "otp",
    "tokens", "tokenvalue", "secrets", "authkey", "encryptionkey", "signingkey",
)  # fmt: skip
_SECRET_PARTS = ("password", "passwd", "passwort", "passphrase")
"""Words that make a name one of a secret wherever they are in it: `password_hash`, `new_passwords`."""
_SECRET_WORDS = re.compile(r"(?:.*[_-])?(?:pin|pw)[0-9]*", re.IGNORECASE | re.DOTALL)
"""Names whose last word is this alone. Others end with these letters: `spin`, `temp_w`."""


def names_a_secret(name: str) -> bool:
    """Return whether a field of this name holds a secret, in any spelling: `api_key`, `root_pass`, `newPassword2`."""
    plain = _plain(name)
    if plain.rstrip("0123456789").endswith(_SECRET_ENDS) or any(part in plain for part in _SECRET_PARTS):
        return True
    return _SECRET_WORDS.fullmatch(name) is not None


def is_secret(name: str) -> bool:
    """Return whether a field of this name holds a secret, or a key, which may be one of an account."""
    return names_a_secret(name) or name.lower() == "key"


def may_name_a_secret(text: str) -> bool:
    """Return whether such a name may occur in a text. This is quick."""
    plain = _plain(text)
    return "pin" in plain or "pw" in plain or any(word in plain for word in (*_SECRET_ENDS, *_SECRET_PARTS))


def _plain(text: str) -> str:
    return text.lower().replace("_", "").replace("-", "")


def may_have_generated(text: str) -> bool:
    """Return whether a text has as many hexadecimal digits in a row."""
    return any(True for _ in _runs(_encoded(text)))


def generated_in(text: str) -> set[str]:
    """Return all in a text that looks like a generated token, API key or password.

    Such a word may stand behind an escape, whose digits make it longer.
    """
    if not may_have_generated(text):
        return set()
    return {word for form in _decoded(text) for word in _ends_of_runs(form)}


def _ends_of_runs(text: str) -> Iterator[str]:
    encoded = _encoded(text)
    for begin, end in _runs(encoded):
        if end - begin <= _GENERATED_LENGTH + _LONGEST_ESCAPE:
            yield encoded[end - _GENERATED_LENGTH : end].decode()


def _runs(encoded: bytes) -> Iterator[tuple[int, int]]:
    """Yield where runs of hexadecimal digits begin and end that are as long as a generated word.

    An expression takes several times as long for text that is hexadecimal, as digests are.
    """
    if len(encoded) < _GENERATED_LENGTH:
        return
    marks = encoded.translate(_AS_RUNS) + b" "
    begin = marks.find(_RUN_OF_MARKS)
    while begin >= 0:
        end = marks.find(b" ", begin)
        yield begin, end
        begin = marks.find(_RUN_OF_MARKS, end)


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def without_generated(text: str) -> str:
    """Mask everything that looks so."""
    return _without(text, generated_in(text))


class SecretWords(NamedTuple):
    """Words to mask. Of those that look generated there may be many, of the `others` a few, each in all forms that text gives it."""

    generated: AbstractSet[str]
    others: tuple[str, ...]

    @staticmethod
    def of(words: Iterable[str]) -> "SecretWords":
        long = [word for word in dict.fromkeys(words) if len(word) >= SHORTEST]
        others = [word for word in long if not _looks_generated(word)]
        forms = dict.fromkeys(form for word in others for form in forms_of(word))
        return SecretWords(frozenset(long).difference(others), tuple(sorted(forms, key=len, reverse=True)))

    @property
    def longest(self) -> int:
        """The number of characters after which it is sure whether one of the words has begun."""
        return max(map(len, self.others), default=0) + LONGEST_GENERATED

    def masked(self, text: str) -> str:
        """Return a text without the words, wherever they stand in it. One with a word behind percent escapes is decoded."""
        if len(text) < SHORTEST:
            return text
        shown = self._masked(text)
        if "%" not in shown:
            return shown
        plain = decoded_to_the_end(shown)
        masked = self._masked(plain)
        return shown if masked == plain else masked

    def _masked(self, text: str) -> str:
        for word in self.others:
            text = text.replace(word, MASK)
        return _without(text, self.generated)

    def parted_masked(self, text: str) -> str:
        """Return a text without the beginnings of words that stand where it says that something is cut."""
        parts = text.split(CUT)
        for place, part in enumerate(parts[:-1]):
            if length := max(map(partial(_length_at_end, part), (*self.others, *self.generated)), default=0):
                parts[place] = part[:-length] + MASK
        return CUT.join(parts)


def masked_beginning(masked: Callable[[str], str], text: str, most: int, longest: int) -> str:
    """Return the first characters of a text masked, without the rest of a secret that the cut would part.

    `longest` is the number of characters after which it is sure whether a secret has begun.
    """
    if len(text) <= most:
        return masked(text)
    one, other = masked(text[:most]), masked(text[: most + longest])
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return one[:same]


def _length_at_end(text: str, word: str) -> int:
    """Return how many of the first characters of a word a text ends with, 0 if these are few."""
    if word[:SHORTEST] not in text:
        return 0
    lengths = range(min(len(word) - 1, len(text), _LONGEST_PART), SHORTEST - 1, -1)
    return next((length for length in lengths if text.endswith(word[:length])), 0)


def forms_of(word: str) -> set[str]:
    """Return a word as it is, as a message quotes it, and as JSON has either, also JSON within JSON."""
    if _HAS_ONE_FORM.fullmatch(word):
        return {word}
    quoted = word.encode("unicode_escape").decode()
    forms = {word, quoted, quoted.replace("'", r"\'")}
    for _ in range(2):
        forms |= {dumps(form)[1:-1] for form in forms for dumps in _IN_JSON}
    return forms


def _looks_generated(word: str) -> bool:
    return _IS_GENERATED.fullmatch(word) is not None


def decoded_to_the_end(text: str) -> str:
    """Return a text with its percent escapes decoded, and those that this leaves."""
    return [text, *_decoded(text)][-1]


def _decoded(text: str) -> Iterator[str]:
    """Yield a text, and then what decoding its percent escapes makes of it, a few times."""
    yield text
    for _ in range(_MOST_DECODED):
        if "%" not in text:
            return
        text = decoded(text).decode(errors="replace")
        yield text


def _without(text: str, words: Collection[str]) -> str:
    """Mask words that look generated."""
    if not words:
        return text
    shown, seen, encoded = list[bytes](), 0, _encoded(text)
    for begin, end in _runs(encoded):
        run = encoded[begin:end].decode()
        shown += [encoded[seen:begin], _run_without(run, words).encode()]
        seen = end
    return b"".join([*shown, encoded[seen:]]).decode(errors="surrogatepass") if shown else text


def _run_without(run: str, words: Collection[str]) -> str:
    shown, seen = [], 0
    places = range(len(run) - _GENERATED_LENGTH + 1)
    for at in [at for at in places if run[at : at + _GENERATED_LENGTH] in words]:
        if at >= seen:
            shown += [run[seen:at], MASK]
            seen = at + _GENERATED_LENGTH
    return "".join([*shown, run[seen:]])
