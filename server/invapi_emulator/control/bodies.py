"""What the body of a request may have: bytes, and values of JSON, which are counted before they are parsed."""

import re
from asyncio import sleep
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.types import Message, Receive, Scope

from invapi_emulator.server.paths import path_within
from invapi_emulator.whole_numbers import is_more

KIB = 1024
MIB = 1024 * KIB

_READS_BODY = frozenset({"POST", "PUT", "PATCH"})
_ANY_ACCOUNT = "/_emulator/accounts/[^/]*"

_BEGINS_A_VALUE = (b",", b"[", b"{")
_AT_A_TIME = 256 * KIB


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """Maximum number of bytes of a body, and of values of JSON in it."""

    size: int
    values: int


LIMITS = (
    ("/_emulator/ui/(login|logout)", BodyLimit(8 * KIB, 8 * KIB)),
    (f"{_ANY_ACCOUNT}/state", BodyLimit(16 * MIB, 1_000_000)),
    (f"{_ANY_ACCOUNT}/vms(/[^/]*)?", BodyLimit(4 * MIB, 25_000)),
    (f"{_ANY_ACCOUNT}/faults(/[^/]*)?", BodyLimit(16 * KIB, 1_000)),
    (".*", BodyLimit(MIB, 10_000)),
)
"""The limits by the pattern of a path. The first that matches counts."""

_LIMITS = [(re.compile(pattern, re.DOTALL), limit) for pattern, limit in LIMITS]


class BodyTooLarge(Exception):
    """The body has more than its route takes. The message says of what."""


def limit_of(path: str) -> BodyLimit:
    return next(limit for pattern, limit in _LIMITS if pattern.fullmatch(path))


async def read_ahead(scope: Scope, receive: Receive) -> Receive:
    """Read the body, and return a function that hands it on in one piece; raise BodyTooLarge.

    A body that no route of its method reads stays where it is.
    """
    if scope["method"] not in _READS_BODY:
        return receive
    limit = limit_of(path_within(scope))
    declared = dict(scope["headers"]).get(b"content-length", b"")
    if is_more(declared, limit.size):
        raise _too_large(limit)
    chunks, size, message = [], 0, await receive()
    while message["type"] == "http.request":
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > limit.size:
            raise _too_large(limit)
        if not message.get("more_body", False):
            message = {"type": "http.request", "body": b"".join(chunks), "more_body": False}
            await _check_values(message["body"], limit)
            break
        message = await receive()
    return _first([message], receive)


def _first(ahead: list[Message], receive: Receive) -> Receive:
    """Return a function that hands on what was read ahead, keeps nothing of it, and then receives."""

    async def received() -> Message:
        return ahead.pop() if ahead else await receive()

    return received


async def _check_values(body: bytes, limit: BodyLimit) -> None:
    """Raise BodyTooLarge for too many values."""
    if await has_too_many_values(body, limit):
        raise BodyTooLarge(f"the body has more than {limit.values} values")


async def has_too_many_values(body: bytes, limit: BodyLimit) -> bool:
    """Return whether JSON has more values than the limit. Strings are cut out only where it may have."""
    return await _has_more(_slices(body), limit) and await _has_more(_without_strings(body), limit)


async def _has_more(pieces: Iterator[bytes], limit: BodyLimit) -> bool:
    """Return whether there are more values than the limit. Other work goes on between two pieces.

    Each item but the first follows a comma, and each array or object has a bracket.
    """
    values = 0
    for piece in pieces:
        values += sum(map(piece.count, _BEGINS_A_VALUE))
        if values > limit.values:
            return True
        await sleep(0)
    return False


def _without_strings(body: bytes) -> Iterator[bytes]:
    """Yield the body in pieces, without what is between quotes."""
    within = 0
    for piece in _slices(body.replace(b"\\\\", b"").replace(b'\\"', b"")):
        parts = piece.split(b'"')
        yield b"".join(parts[within::2])
        within = (within + len(parts) - 1) % 2


def _slices(body: bytes) -> Iterator[bytes]:
    return (body[start : start + _AT_A_TIME] for start in range(0, len(body), _AT_A_TIME))


def _too_large(limit: BodyLimit) -> BodyTooLarge:
    return BodyTooLarge(f"the body is larger than {limit.size} bytes")
