"""Reading a call's fields from query and body, by PHP's rules (contract 1.2 to 1.4)."""

import re
from collections.abc import Iterator, Mapping
from email.message import Message
from typing import TypeAlias

from starlette.types import Receive, Scope

from invapi_emulator.api.brackets import collected
from invapi_emulator.domain.callback_urls import CALLBACK_URL, has_password
from invapi_emulator.engine.call import MAX_FIELDS, Fields
from invapi_emulator.errors import BodyTooLarge, MalformedBody, UnsupportedMediaType
from invapi_emulator.process.percent import decoded
from invapi_emulator.whole_numbers import is_more

MAX_BODY = 1024 * 1024
_MAX_DISCARDED = 64 * 1024 * 1024
"""Bytes of a body that is too large which are still read: a client that writes on would miss the answer."""

Headers: TypeAlias = Mapping[bytes, bytes]

_URLENCODED = "application/x-www-form-urlencoded"
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}", re.DOTALL)


class ClientGone(Exception):
    """The client closed the connection before its whole call arrived."""


def fields_of(query_string: bytes, content_type: str | None, body: bytes) -> tuple[Fields, tuple[str, ...]]:
    """Return the fields of query and body merged, and the names of those in the query. If both have a field, the body's counts.

    Raise BodyTooLarge, UnsupportedMediaType or MalformedBody.
    """
    query = _urlencoded(query_string, "the query")
    form = _form(content_type, body) if body else []
    if len(query) + len(form) > MAX_FIELDS:
        raise BodyTooLarge(f"{len(query) + len(form)} fields are too many; at most {MAX_FIELDS}")
    if not query:
        return collected(form), ()
    in_query = collected(query)
    return {**in_query, **collected(form)}, tuple(_names_in(in_query))


def _names_in(query: Fields) -> Iterator[str]:
    """Yield the names of the fields that have a value, and a name for the password in a URL."""
    for name, value in query.items():
        if value != "":
            yield name
        if name == CALLBACK_URL and isinstance(value, str) and has_password(value):
            yield f"password of {name}"


def headers_of(scope: Scope) -> Headers:
    """Return the headers by name, in lower case. If there are several of a name, the first counts."""
    return dict(reversed([*scope["headers"]]))


def header(headers: Headers, name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")


async def read_body(scope: Scope, receive: Receive) -> bytes:
    """Return a body. Raise BodyTooLarge, and ClientGone if the connection ends first."""
    _refuse_what_waits(scope)
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


def _refuse_what_waits(scope: Scope) -> None:
    """Raise BodyTooLarge for a client that asks before it sends what is too large. Others write first, and read later."""
    if any(name == b"expect" for name, _ in scope["headers"]):
        declared = headers_of(scope).get(b"content-length", b"")
        if is_more(declared, MAX_BODY):
            raise BodyTooLarge(f"a body of {declared[:20].decode()} bytes is too large; at most {MAX_BODY}")


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
        f"a body of type {content_type!r} is not a form; send application/x-www-form-urlencoded or multipart/form-data"
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
        return [pair.partition("=")[::2] for pair in pairs]
    try:
        return [
            (_decoded(name), _decoded(value)) for name, _, value in (pair.partition("=") for pair in pairs)
        ]
    except UnicodeDecodeError:
        raise MalformedBody(f"{where} has percent-encoded bytes that are not UTF-8") from None


def _decoded(text: str) -> str:
    return decoded(text.replace("+", " ")).decode()


def _utf8(raw: bytes, where: str) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as problem:
        raise MalformedBody(f"{where} is not UTF-8: byte {raw[problem.start]:#04x}") from None
