"""What happens in an account, as it happens: server-sent events."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse

from invapi_emulator.control.bell import Bell
from invapi_emulator.control.failures import failures
from invapi_emulator.control.requests import request_view
from invapi_emulator.control.worlds import NameInPath, TheWorlds, World, Worlds
from invapi_emulator.domain.instants import SECOND, iso, iso_or_none
from invapi_emulator.errors import Unprocessable
from invapi_emulator.storage import accounts, events, requests
from invapi_emulator.storage.problems import DATABASE_LOST
from invapi_emulator.storage.requests import Request
from invapi_emulator.storage.transaction import Transaction

router = APIRouter(prefix="/_emulator/accounts/{name}", tags=["journal"])

MOST_AT_ONCE = 500
HEARTBEAT_SECONDS = 15
RECONNECTS_AFTER_MS = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """How far a stream has come: in the account made at that time, the last event and the last request told."""

    made_at: int
    event: int
    request: int

    def __str__(self) -> str:
        return f"{self.made_at:x}-{self.event}-{self.request}"


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}, **failures(404, 422)},
)
async def stream_events(
    name: NameInPath,
    worlds: TheWorlds,
    after: Annotated[str | None, Query(max_length=100)] = None,
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
) -> StreamingResponse:
    """Tell what happens from now on, or from after the event with this id, until the client goes."""
    known = last_event_id or after
    account_id, present, gap = await worlds.within(name, lambda world: _start(world, known))
    told = _told(worlds, account_id, present, gap=gap)
    return StreamingResponse(told, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def _start(world: World, known: str | None) -> tuple[int, Place, bool]:
    """Return where the stream begins, and whether something was missed that is no longer kept."""
    owner = world.account
    present = Place(
        owner.made_at, events.last_number(world.tx, owner.id), requests.last_number(world.tx, owner.id)
    )
    if not known:
        return owner.id, present, False
    place = _place(known)
    kept = (
        place.made_at == present.made_at
        and present.event - events.KEPT <= place.event <= present.event
        and present.request - requests.KEPT <= place.request <= present.request
    )
    return owner.id, place if kept else present, not kept


def _place(text: str) -> Place:
    try:
        made_at, event, request = text.split("-")
        return Place(int(made_at, 16), int(event), int(request))
    except ValueError:
        raise Unprocessable("invalid", f"{text!r} is no id of an event of this stream", "after") from None


async def _told(worlds: Worlds, account_id: int, place: Place, *, gap: bool) -> AsyncIterator[str]:
    yield f"retry: {RECONNECTS_AFTER_MS}\n\n"
    if gap:
        yield _message(place, {"at": None, "kind": "gap"})
    with Bell(worlds.database.notices, account_id) as bell:
        silent_since, wanted = worlds.database.real_time(), True
        while worlds.lifecycle.ready:
            news = await _looked(worlds, account_id, place) if wanted else []
            if news is None:
                return
            for reached, told in news:
                yield _message(reached, told)
            place = news[-1][0] if news else place
            now = worlds.database.real_time()
            if news:
                silent_since = now
            elif now - silent_since >= HEARTBEAT_SECONDS * SECOND:
                silent_since = now
                yield ": nothing new\n\n"
            wanted = len(news) >= MOST_AT_ONCE or await bell.wait()


async def _looked(worlds: Worlds, account_id: int, place: Place) -> list[tuple[Place, dict[str, Any]]] | None:
    """Return what happened since; None when the account, or the database, has gone."""
    try:
        return await worlds.database.run(partial(_news, worlds, account_id, place))
    except DATABASE_LOST:
        return None


def _message(place: Place, told: dict[str, Any]) -> str:
    return f"id: {place}\ndata: {json.dumps({'id': str(place)} | told, separators=(',', ':'))}\n\n"


def _news(worlds: Worlds, account_id: int, place: Place) -> list[tuple[Place, dict[str, Any]]] | None:
    """Return what happened since, each with the place after it; None when the account has gone."""
    with worlds.database.read(of_one_moment=True) as tx:
        if not accounts.is_there(tx, account_id):
            return None
        return _since(tx, account_id, place)


def _since(tx: Transaction, account_id: int, place: Place) -> list[tuple[Place, dict[str, Any]]]:
    """Return events and calls in the one order there is: a call comes after what happened by its answer."""
    happened = events.after(tx, account_id, place.event, MOST_AT_ONCE)
    calls = requests.after(tx, account_id, place.request, MOST_AT_ONCE)
    if len(happened) == MOST_AT_ONCE:
        calls = [(number, call) for number, call in calls if call.after_event < happened[-1].number]
    if len(calls) == MOST_AT_ONCE:
        happened = [event for event in happened if event.number <= calls[-1][1].after_event]
    found = []
    for event in happened:
        while calls and calls[0][1].after_event < event.number:
            place, told = _told_call(place, *calls.pop(0))
            found.append((place, told))
        place = replace(place, event=event.number)
        found.append((place, {"at": iso(event.at), "kind": event.kind} | event.data))
    for number, call in calls:
        place, told = _told_call(place, number, call)
        found.append((place, told))
    return found


def _told_call(place: Place, number: int, call: Request) -> tuple[Place, dict[str, Any]]:
    shown = request_view(number, call).model_dump()
    told = {"at": iso_or_none(call.at), "kind": "request", "request": shown}
    return replace(place, request=number), told
