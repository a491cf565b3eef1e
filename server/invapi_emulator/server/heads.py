"""Heads of requests: what HTTP lets a server trust in them, and a head that asks for another protocol."""

import re
from collections.abc import Iterable

from httptools import HttpRequestParser

from invapi_emulator.errors import HeadTooLarge, MalformedBody, MethodNotAllowed, VersionNotSupported

Header = tuple[bytes, bytes]


_ABSOLUTE = re.compile(rb"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#]*)", re.IGNORECASE)

LONGEST_ADDRESS = 64
"""Number of bytes of each address in X-Forwarded-For that count. An IPv6 address with its port has up to 53."""

MAX_HEAD = 64 * 1024
"""Maximum size of the request line and the headers together, in bytes."""


def check_head(parser: HttpRequestParser, url: bytes, headers: Iterable[Header]) -> None:
    """Raise for a head that is too large, or whose end, or whose receiver, two readers may take differently.

    The parser has refused two lengths, a length beside a coding, folded lines and names with spaces before.
    """
    if parser.get_method() == b"CONNECT":
        raise MethodNotAllowed("CONNECT asks a proxy for a tunnel; the modules take only GET and POST")
    version, hosts, size = parser.get_http_version(), 0, len(url)
    if version not in {"1.0", "1.1"}:
        raise VersionNotSupported(f"the request is HTTP/{version}; HTTP/1.0 and HTTP/1.1 are read")
    for name, value in headers:
        size += len(name) + len(value) + 4
        if name == b"host":
            hosts += 1
        elif name == b"transfer-encoding":
            _check_coding(version, value)
    if size > MAX_HEAD:
        raise too_large()
    if hosts > 1 or (hosts == 0 and version == "1.1"):
        raise MalformedBody(f"the request has {hosts} Host headers; exactly one says whom it is for")


def too_large() -> HeadTooLarge:
    return HeadTooLarge(f"the head of a request may have {MAX_HEAD} bytes, not more")


def _check_coding(version: str, value: bytes) -> None:
    if value.strip().lower() != b"chunked":
        raise MalformedBody("Transfer-Encoding is not chunked, the only one that is read")
    if version != "1.1":
        raise MalformedBody(f"HTTP/{version} has no Transfer-Encoding; send a Content-Length")


def without_upgrade(parser: HttpRequestParser, url: bytes, headers: Iterable[Header]) -> bytes:
    """Return the bytes of a head that the parser has read, without the wish for another protocol.

    RFC 9110, 7.8: a server may ignore the wish, and answers as if it were not there.
    """
    version = parser.get_http_version().encode()
    kept = [b"%b: %b\r\n" % header for header in headers if header[0] not in {b"upgrade", b"http2-settings"}]
    return b"%b %b HTTP/%b\r\n%b\r\n" % (parser.get_method(), url, version, b"".join(kept))


def forwarded(headers: Iterable[Header]) -> list[Header]:
    """Return headers whose X-Forwarded-Proto has one value, and whose X-Forwarded-For has none that is too long.

    The first X-Forwarded-Proto is that of the proxy next to the client. Each further proxy may add its own (`https,
    http`), and uvicorn reads none of several.
    """
    kept: dict[bytes, bytes] = {}
    others = []
    for name, value in headers:
        if name == b"x-forwarded-proto":
            kept.setdefault(name, value.partition(b",")[0].strip().lower())
        elif name == b"x-forwarded-for":
            others.append((name, b",".join(one.strip()[:LONGEST_ADDRESS] for one in value.split(b","))))
        else:
            others.append((name, value))
    return [*others, *kept.items()]


def with_host_of(target: bytes, headers: Iterable[Header]) -> list[Header]:
    """Return headers whose Host is that of the target, if the target is a whole URL.

    RFC 9112, 3.2.2: the header then does not count.
    """
    found = _ABSOLUTE.match(target)
    if found is None:
        return [*headers]
    return [(b"host", found[1]), *(header for header in headers if header[0] != b"host")]
