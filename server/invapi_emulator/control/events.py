"""The events of an account as they happen, as server-sent events."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from invapi_emulator.control.failures import failure, failures
from invapi_emulator.control.feeds import MOST_STREAMS, Feeds
from invapi_emulator.control.messages import Place, gap
from invapi_emulator.control.worlds import AccountContext, NameInPath, TheWorlds
from invapi_emulator.control_errors import Unprocessable
from invapi_emulator.storage import events, pruned, requests

_PLACE = re.compile("([0-9a-f]{1,16})-([0-9]{1,19})-([0-9]{1,19})")

router = APIRouter(prefix="/_emulator/accounts/{name}", tags=["journal"])

HEARTBEAT_SECONDS = 15
RECONNECTS_AFTER_MS = 1000

LOOKS_AGAIN_SECONDS = 60
"""Seconds after which the stream of a session ends. A browser connects again, if the session goes on."""


class EventStream(StreamingResponse):
    """An event stream, or a refusal if the server already has the maximum number of streams."""

    def __init__(self, feeds: Feeds, told: AsyncIterator[bytes]) -> None:
        super().__init__(told, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        self._feeds = feeds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._feeds.room() as there_is_room:
            if there_is_room:
                await super().__call__(scope, receive, send)
            else:
                await _too_many()(scope, receive, send)


def _too_many() -> Response:
    message = f"the server has {MOST_STREAMS} event streams open, the maximum; try again later"
    return failure(503, "too_many_streams", message, headers={"Retry-After": "1"})


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}, **failures(404, 422)},
)
async def stream_events(
    request: Request,
    name: NameInPath,
    worlds: TheWorlds,
    after: Annotated[str | None, Query(max_length=100)] = None,
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
) -> StreamingResponse:
    """Stream the account's events from now on, or after the given event id, until the client disconnects."""
    known = last_event_id or after
    start = await worlds.within(name, lambda context: _start(context, known))
    told = _told(worlds.feeds, start)
    if getattr(request.state, "by_cookie", False):
        told = _for_a_while(told, LOOKS_AGAIN_SECONDS)
    return EventStream(worlds.feeds, told)


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a stream of an account starts. It has `missed` anything if the client's place is none of this account.

    The account's calls up to the number `cleared` were cleared.
    """

    account_id: int
    place: Place
    missed: bool
    cleared: int


def _start(context: AccountContext, known: str | None) -> _Start:
    owner = context.account
    present = Place(owner.made_at, events.last_number(context.unit), requests.last_number(context.unit))
    place = _place(known) if known else present
    is_ours = (
        place.made_at == present.made_at and place.event <= present.event and place.request <= present.request
    )
    cleared = pruned.cleared(context.tx, owner.id)
    return _Start(owner.id, place if is_ours else present, not is_ours, cleared)


def _place(text: str) -> Place:
    written = _PLACE.fullmatch(text)
    if written is None:
        raise Unprocessable("invalid", f"{text!r} is not an event id of this stream", "after")
    made_at, event, request = written.groups()
    return Place(int(made_at, 16), int(event), int(request))


async def _told(feeds: Feeds, start: _Start) -> AsyncIterator[bytes]:
    yield f"retry: {RECONNECTS_AFTER_MS}\n\n".encode()
    if start.missed:
        yield gap(start.place).text
    async for news in feeds.follow(start.account_id, start.place, start.cleared, HEARTBEAT_SECONDS):
        yield b"".join(message.text for message in news) or b": nothing new\n\n"


async def _for_a_while(told: AsyncIterator[bytes], seconds: float) -> AsyncIterator[bytes]:
    """Yield what is told, until the first time after this number of seconds."""
    over = asyncio.Event()
    timer = asyncio.get_running_loop().call_later(seconds, over.set)
    try:
        async for text in told:
            yield text
            if over.is_set():
                return
    finally:
        timer.cancel()
