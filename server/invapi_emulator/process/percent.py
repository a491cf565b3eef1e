"""Percent escapes, and those of JSON that hide a word. What the standard library makes of a text full of them takes a hundred times its size in memory."""

import re
from collections.abc import Callable, Iterator

_NEEDLESS = re.compile(r"\\+(?:u00([2-7][0-9a-fA-F])|/)")
_ESCAPE = re.compile(rb"%([0-9a-fA-F]{2})")
_BYTES = {
    bytes((first, second)): bytes.fromhex(chr(first) + chr(second))
    for first in b"0123456789abcdefABCDEF"
    for second in b"0123456789abcdefABCDEF"
}
_MOST_DECODED = 3
"""How often percent escapes are decoded to find a word behind one: `%20` ends in digits, `%2520` holds them."""


def decoded(text: str) -> bytes:
    """Return a text in UTF-8 with its percent escapes decoded. A surrogate becomes `?`."""
    return _ESCAPE.sub(_byte, text.encode(errors="replace"))


def _byte(escape: re.Match[bytes]) -> bytes:
    return _BYTES[escape[1]]


def decoded_text(text: str) -> str:
    """Return a text with its percent escapes decoded, and those that JSON need not have, as of `/`.

    What is no UTF-8 becomes replacement characters.
    """
    if "%" in text:
        text = decoded(text).decode(errors="replace")
    return _NEEDLESS.sub(_character, text) if may_have_needless(text) else text


def may_have_needless(text: str) -> bool:
    """Return whether a text may have escapes that JSON need not have."""
    return "\\u00" in text or "\\/" in text


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else "/"


def decodings(text: str) -> Iterator[str]:
    """Yield a text, and then what decoding its escapes makes of it, a few times."""
    yield text
    for _ in range(_MOST_DECODED):
        plain = decoded_text(text)
        if plain == text:
            return
        text = plain
        yield text


def masked_at_each_level(masked: Callable[[str], str], text: str) -> str:
    """Return a text masked as it is, and decoded as often as masking finds more in it."""
    shown = form = masked(text)
    for _ in range(_MOST_DECODED):
        plain = decoded_text(form)
        if plain == form:
            break
        form = masked(plain)
        if form != plain:
            shown = form
    return shown
