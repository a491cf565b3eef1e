"""Refusals of what never reaches the application."""

from collections.abc import Sequence

from httptools import HttpParserCallbackError, HttpParserError, HttpParserInvalidMethodError

from invapi_emulator.errors import ApiError, MalformedBody, MethodNotAllowed, VersionNotSupported

_UNKNOWN_VERSION = "Invalid HTTP version"
"""The parser's message for a version that has the form of one (RFC 9112, 2.3: a digit, a dot, a digit)."""


def unreadable(problem: HttpParserError) -> ApiError:
    """Return the refusal of malformed bytes. It does not quote them, as they may hold a secret."""
    if isinstance(problem, HttpParserCallbackError):
        refused = problem.__context__
        return (
            refused
            if isinstance(refused, ApiError)
            else MalformedBody("this request's target cannot be read")
        )
    if isinstance(problem, HttpParserInvalidMethodError):
        return MethodNotAllowed("not a method of HTTP; the modules take only GET and POST")
    if str(problem) == _UNKNOWN_VERSION:
        return VersionNotSupported("another version of HTTP; HTTP/1.0 and HTTP/1.1 are read")
    return MalformedBody(f"not a readable HTTP request: {problem}")


def as_bytes(status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> bytes:
    """Return an answer that ends its connection."""
    head = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    return b"HTTP/1.1 %d \r\n" % status + head + b"connection: close\r\n\r\n" + body
