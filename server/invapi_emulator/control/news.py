"""An account's events and calls, merged in one order and rendered as server-sent events."""

from dataclasses import replace

from invapi_emulator.control.messages import Message, News, Place, gap, message
from invapi_emulator.control.requests import request_view
from invapi_emulator.domain.instants import iso, iso_or_none
from invapi_emulator.storage import accounts, events, pruned, requests
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.events import Event
from invapi_emulator.storage.requests import JournalEntry
from invapi_emulator.storage.transaction import Transaction


def news_since(database: Database, account_id: int, place: Place, most: int) -> News | None:
    """Return the news since a place, or None if the account no longer exists.

    They cover at most this number of events, and as many calls.
    """
    with database.read(of_one_moment=True) as tx:
        if not accounts.is_there(tx, account_id):
            return None
        cleared = pruned.cleared(tx, account_id)
        return News(_since(tx, account_id, place, cleared, most), cleared)


def _since(tx: Transaction, account_id: int, place: Place, cleared: int, most: int) -> list[Message]:
    """Read what happened since a place, after a gap if the first of it is no longer stored."""
    happened = events.after(tx, account_id, place.event, most)
    calls = requests.after(tx, account_id, place.request, most)
    resumed = _first_kept(place, happened, calls[0][0] - 1 if calls else max(place.request, cleared))
    if resumed != place:
        return [gap(resumed), *_merged(resumed, happened, calls, most)]
    return _merged(place, happened, calls, most)


def _first_kept(place: Place, happened: list[Event], last_gone: int) -> Place:
    """Return the place, moved to before the oldest event and behind the last call that are not kept. Numbers leave none out."""
    event = happened[0].number - 1 if happened else place.event
    return replace(place, event=event, request=last_gone)


def _merged(
    place: Place, happened: list[Event], calls: list[tuple[int, JournalEntry]], most: int
) -> list[Message]:
    """Merge events and calls: a call comes after the events that happened before its answer."""
    if len(happened) == most:
        calls = [(number, call) for number, call in calls if call.after_event < happened[-1].number]
    if len(calls) == most:
        happened = [event for event in happened if event.number <= calls[-1][1].after_event]
    found = []
    for event in happened:
        while calls and calls[0][1].after_event < event.number:
            found.append(_of_call(place, *calls.pop(0)))
            place = found[-1].place
        found.append(_of_event(place, event))
        place = found[-1].place
    for number, call in calls:
        found.append(_of_call(place, number, call))
        place = found[-1].place
    return found


def _of_event(before: Place, event: Event) -> Message:
    return message(
        replace(before, event=event.number), {"at": iso(event.at), "kind": event.kind} | event.data
    )


def _of_call(before: Place, number: int, call: JournalEntry) -> Message:
    shown = request_view(number, call).model_dump()
    told = {"at": iso_or_none(call.at), "kind": "request", "request": shown}
    return message(replace(before, request=number), told)
