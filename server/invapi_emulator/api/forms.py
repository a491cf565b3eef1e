"""Reading a call's fields from query and body, by PHP's rules (contract 1.2 to 1.4)."""

import re
from email.message import Message
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope

from invapi_emulator.api.brackets import collected
from invapi_emulator.engine.call import Fields
from invapi_emulator.errors import BodyTooLarge, MalformedBody, UnsupportedMediaType

MAX_BODY = 1024 * 1024
MAX_FIELDS = 1_000
_MAX_DISCARDED = 64 * 1024 * 1024
"""Bytes of a body that is too large which are still read: a client that writes on would miss the answer."""

_URLENCODED = "application/x-www-form-urlencoded"
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}", re.DOTALL)


class ClientGone(Exception):
    """The client closed the connection before its whole call arrived."""


async def read_fields(scope: Scope, receive: Receive) -> Fields:
    """Return the fields of query and body merged. If both have a field, the body's counts.

    Raise BodyTooLarge, UnsupportedMediaType or MalformedBody, and ClientGone if the connection ends first.
    """
    body = await _body(receive)
    query = _urlencoded(scope["query_string"], "the query")
    form = _form(header(scope, b"content-type"), body) if body else []
    if len(query) + len(form) > MAX_FIELDS:
        raise BodyTooLarge(f"{len(query) + len(form)} fields are too many; at most {MAX_FIELDS}")
    return {**collected(query), **collected(form)} if query else collected(form)


def names_in_query(scope: Scope) -> tuple[str, ...]:
    """Return the names of the fields in the query. Proxies and servers write those into their logs."""
    return tuple(collected(_urlencoded(scope["query_string"], "the query")))


def header(scope: Scope, wanted: bytes) -> str | None:
    """Return the first header with this name. Write the name in lower case."""
    for name, value in scope["headers"]:
        if name == wanted:
            found: str = value.decode("latin-1")
            return found
    return None


async def _body(receive: Receive) -> bytes:
    chunks, size, more = [], 0, True
    while more and size <= _MAX_DISCARDED:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk, more = message.get("body", b""), message.get("more_body", False)
        size += len(chunk)
        if size <= MAX_BODY:
            chunks.append(chunk)
    if size > MAX_BODY:
        raise BodyTooLarge(f"a body of {size} bytes or more is too large; at most {MAX_BODY}")
    return b"".join(chunks)


def _form(content_type: str | None, body: bytes) -> list[tuple[str, str]]:
    if content_type is None or content_type == _URLENCODED:
        return _urlencoded(body, "the body")
    # Multipart is rare, so its parser is not imported at each start.
    from invapi_emulator.api.multipart import parts_of

    header = Message()
    header["content-type"] = content_type or _URLENCODED
    match header.get_content_type():
        case "application/x-www-form-urlencoded":
            return _urlencoded(body, "the body")
        case "multipart/form-data":
            boundary = header.get_boundary()
            if not boundary:
                raise MalformedBody("the Content-Type multipart/form-data names no boundary")
            return [
                (_utf8(name, "a field name"), _utf8(value, "a field"))
                for name, value in parts_of(body, boundary, MAX_FIELDS)
            ]
    raise UnsupportedMediaType(
        f"a body of type {content_type!r} is no form; send application/x-www-form-urlencoded or multipart/form-data"
    )


def _urlencoded(raw: bytes, where: str) -> list[tuple[str, str]]:
    if not raw:
        return []
    text = _utf8(raw, where)
    broken = _BROKEN_ESCAPE.search(text) if "%" in text else None
    if broken:
        raise MalformedBody(f"{where} has a broken percent-encoding: {broken.group()!r}")
    pairs = [pair for pair in text.split("&") if pair]
    if len(pairs) > MAX_FIELDS:
        raise BodyTooLarge(f"{where} has more than {MAX_FIELDS} fields")
    if "%" not in text and "+" not in text:  # true for most fields, which then need no decoding
        return [(name, value) for name, _, value in (pair.partition("=") for pair in pairs)]
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise MalformedBody(f"{where} has percent-encoded bytes that are no UTF-8") from None


def _utf8(raw: bytes, where: str) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as problem:
        raise MalformedBody(f"{where} is not UTF-8: byte {raw[problem.start]:#04x}") from None
