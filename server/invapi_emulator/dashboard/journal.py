"""The journal's rows as the page shows them, newest first."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from invapi_emulator.control.worlds import AccountContext
from invapi_emulator.dashboard.chain import newest_reset
from invapi_emulator.domain.shown_fields import is_cut
from invapi_emulator.engine.action import ACTIONS
from invapi_emulator.storage import pruned, requests
from invapi_emulator.storage.events import Event
from invapi_emulator.storage.requests import JournalEntry

SHOWN = 50
MOST_POLLS = 200
_MASK = "***"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter of calls. An empty action or result matches all calls."""

    action: str = ""
    result: str = ""
    unauthenticated: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A call. `sent` has its fields as form fields; `answer` is indented if it is JSON.

    `is_cut`: some of what was sent is not shown.
    """

    number: int
    request: JournalEntry
    sent: tuple[tuple[str, str], ...]
    body: str
    answer: str
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Journal:
    """The newest calls. `more`: older ones that are kept may match. `gone`: so may some that are no longer kept.

    `former` are those before the `reset` with which the present world began.
    """

    entries: tuple[Entry, ...]
    former: tuple[Entry, ...]
    reset: Event | None
    more: bool
    gone: bool
    actions: tuple[str, ...]
    wanted: Wanted


def polls_of(context: AccountContext) -> list[JournalEntry]:
    """Return the newest checks of task keys."""
    checks = requests.newest_of(context.tx, context.account.id, MOST_POLLS, action="check")
    return [call for _, call in checks]


def are_all_polls(context: AccountContext, polls: Sequence[JournalEntry]) -> bool:
    """Return whether these are all checks that were ever made."""
    return len(polls) < MOST_POLLS and not pruned.are_any_gone(context.unit)


def journal_of(
    context: AccountContext, wanted: Wanted, vm_id: int | None = None, keys: Collection[str] = ()
) -> Journal:
    """Return the newest calls that match: of all VMs, or of one VM with the checks of its tasks' `keys`."""
    owner = None if wanted.unauthenticated else context.account.id
    of_vm = None if wanted.unauthenticated else vm_id
    most = SHOWN + 1 if of_vm is None else MOST_POLLS
    found = requests.newest_of(
        context.tx,
        owner,
        most,
        action=wanted.action or None,
        result=wanted.result or None,
        vm=of_vm,
    )
    matching = [
        (number, call)
        for number, call in found
        if of_vm is None or call.vm == of_vm or call.fields.get("key") in keys
    ]
    token = context.account.credentials.token
    reset = None if wanted.unauthenticated else newest_reset(context)
    began = 0 if reset is None else reset.number
    return Journal(
        entries=tuple(_entry(*each, token) for each in matching[:SHOWN] if each[1].after_event >= began),
        former=tuple(_entry(*each, token) for each in matching[:SHOWN] if each[1].after_event < began),
        reset=reset,
        more=len(matching) > SHOWN or len(found) == most,
        gone=not wanted.unauthenticated and pruned.are_any_gone(context.unit),
        actions=tuple(sorted({action for _, action in ACTIONS})),
        wanted=wanted,
    )


def _entry(number: int, call: JournalEntry, token: str) -> Entry:
    sent = tuple(pair for name, value in call.fields.items() for pair in _pairs(name, value))
    repeated = [(name, token if (name, value) == ("token", _MASK) else value) for name, value in sent]
    body = urlencode(repeated, errors="replace")
    is_any_cut = any(is_cut(call.fields, name) for name in call.fields)
    return Entry(number, call, sent, body, _indented(call.answer), is_any_cut)


def _pairs(name: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for inner, item in value.items() for pair in _pairs(f"{name}[{inner}]", item)]
    if not isinstance(value, list):
        return [(name, str(value))]
    return [(f"{name}[]", each if isinstance(each, str) else json.dumps(each)) for each in value]


def _indented(answer: str) -> str:
    try:
        return json.dumps(json.loads(answer), indent=2, ensure_ascii=False)
    except ValueError:
        return answer
