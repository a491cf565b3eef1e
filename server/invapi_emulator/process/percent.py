"""Percent escapes. What the standard library makes of a text full of them takes a hundred times its size in memory."""

import re

_ESCAPE = re.compile(rb"%([0-9a-fA-F]{2})")
_BYTES = {
    bytes((first, second)): bytes.fromhex(chr(first) + chr(second))
    for first in b"0123456789abcdefABCDEF"
    for second in b"0123456789abcdefABCDEF"
}


def decoded(text: str) -> bytes:
    """Return a text in UTF-8 with its percent escapes decoded. A surrogate becomes `?`."""
    return _ESCAPE.sub(_byte, text.encode(errors="replace"))


def _byte(escape: re.Match[bytes]) -> bytes:
    return _BYTES[escape[1]]
