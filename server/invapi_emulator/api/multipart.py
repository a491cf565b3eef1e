"""Reading a multipart/form-data body as PHP does: complete fields only, and no files.

Lines may end with LF alone, and what stands before the first boundary is skipped. No library reads both.
"""

import re
from collections.abc import Iterator

from invapi_emulator.errors import BodyTooLarge, MalformedBody

MAX_HEADERS = 4096
"""Maximum size of the headers of a part, in bytes."""

_LINE_END = re.compile(rb"\r?\n")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_WORD = re.compile(rb"""(?:"(?:\\"|[^"])*(?:"|\Z)|'(?:\\'|[^'])*(?:'|\Z)|[^;"'])+""")
"""What stands between semicolons, but for those between quotes."""

_QUOTED = {b'"': re.compile(rb'(?:\\[\\"]|[^"])*'), b"'": re.compile(rb"(?:\\[\\']|[^'])*")}


def parts_of(body: bytes, boundary: str, most: int) -> list[tuple[bytes, bytes]]:
    """Return name and value of each part.

    Raise MalformedBody for a body that is cut or not multipart, a part without a name, and a file; BodyTooLarge for
    more than `most` parts.
    """
    found: list[tuple[bytes, bytes]] = []
    for part in _parts(body, boundary):
        if len(found) == most:
            raise BodyTooLarge(f"the multipart body has more than {most} fields")
        blank = _BLANK_LINE.search(part, 0, MAX_HEADERS)
        if blank is None:
            raise MalformedBody(
                f"the multipart body has a part without a blank line behind its headers, of at most {MAX_HEADERS} bytes"
            )
        found.append((_name(_headers(part[: blank.start()])), part[blank.end() :]))
    return found


def _parts(body: bytes, boundary: str) -> Iterator[bytes]:
    """Yield what stands between boundaries, each with the line end before its headers."""
    begins_at: int | None = None
    for line in _boundaries(boundary).finditer(body):
        if begins_at is not None:
            yield body[begins_at : line.start()]
        if line[1].startswith(b"--"):
            return
        if not line[1]:
            begins_at = line.end()
        elif begins_at is not None:
            raise MalformedBody(
                "the multipart body cannot be read: a line goes on behind the boundary it begins with"
            )
    raise MalformedBody(f"the multipart body is cut: its closing boundary --{boundary[:70]}-- is missing")


def _boundaries(boundary: str) -> re.Pattern[bytes]:
    """Return what a line with the boundary looks like. Its first group is what follows on the line."""
    try:
        written = boundary.encode("latin-1")
    except UnicodeEncodeError:
        raise MalformedBody("the boundary of the multipart body has characters that no header has") from None
    return re.compile(rb"(?:\A|\r?\n)--" + re.escape(written) + rb"([^\r\n]*)")


def _headers(head: bytes) -> dict[bytes, bytes]:
    lines = (line.partition(b":") for line in _LINE_END.split(_FOLD.sub(b" ", head)))
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _name(headers: dict[bytes, bytes]) -> bytes:
    given = _parameters(headers.get(b"content-disposition", b""))
    name = given.get(b"name")
    if not name:
        raise MalformedBody("the multipart body has a part without a name")
    if b"filename" in given:
        raise MalformedBody(f"the field {name[:100].decode('latin-1')!r} is a file; the API takes none")
    return name


def _parameters(disposition: bytes) -> dict[bytes, bytes]:
    """Return the parameters of a disposition as PHP reads them: in quotes of either kind or in none; the last one counts."""
    pairs = (word.lstrip().partition(b"=") for word in _WORD.findall(disposition))
    return {key.lower(): _unquoted(value.lstrip(b"=").lstrip()) for key, is_pair, value in pairs if is_pair}


def _unquoted(value: bytes) -> bytes:
    """Return what is between the quotes or, without them, before the first space. A backslash makes a quote one of the text."""
    quote = value[:1]
    if quote not in _QUOTED:
        return b"".join(value.split(None, 1)[:1]).replace(rb"\\", b"\\")
    between = _QUOTED[quote].match(value, 1)
    assert between is not None  # it may be empty
    return between[0].replace(b"\\" + quote, quote).replace(rb"\\", b"\\")
