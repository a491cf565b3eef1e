"""A hint about a change that was carried out, was not answered, and was sent again without a look at what it did."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from invapi_emulator.domain.instants import SECOND
from invapi_emulator.domain.looks import LIST_SERVERS, shows_changes_of
from invapi_emulator.domain.shown_fields import may_hide_any
from invapi_emulator.testing.failure import Json
from invapi_emulator.testing.told_calls import CHECK, instant_of, short_key

_ORDER = ("eq", "order_instance")
_CHANGES = frozenset({
    *(("vm", action) for action in ("create_snapshot", "remove_snapshot", "restore_snapshot")),
    *(("eq", action) for action in ("on", "off", "hard_off", "reboot", "reinstall")),
    *(("api_keys", action) for action in ("add", "delete")),
    *(("ssh_keys", action) for action in ("add", "delete")),
    *(("whmcs", action) for action in ("apply_credit", "create_addfunds", "request_cancellation")),
    ("tags", "remove"),
    _ORDER,
})  # fmt: skip
"""Changes that a client must not send twice. A setting, a name or the value of a tag is the same when it is set again."""

_UNTRIED = frozenset({"fault", "token_expired", "invalid_token", "unavailable"})
"""Reasons of refusals that say nothing about the change, as it was not tried."""

_BROKEN = frozenset({"truncated_body", "malformed_json"})
_LATE = frozenset({"latency", "slow_body"})
_DONE_THOUGH_REFUSED = "rejected_but_done"


@dataclass(slots=True)
class _Change:
    """A change that was carried out, and the calls that repeat it."""

    call: Json
    repeats: list[Json] = field(default_factory=list)


def repeated_blindly(requests: list[Json], tasks: list[Json]) -> Iterator[str]:
    """Yield a sentence for each change that was sent again before its answer was read. Calls are in order."""
    keys = {task["key"] for task in tasks}
    for change in _repeated(requests):
        if change.call["task"] is None or change.call["task"] in keys:  # after a reset it is another world
            yield _told(change)


def _repeated(requests: list[Json]) -> Iterator[_Change]:
    """Yield the changes that have repeats. A look or an answered repeat ends the wait for more."""
    pending: dict[str, _Change] = {}
    for call in requests:
        same = _identity(call)
        if same is None:
            continue
        change = pending.get(same)
        if change is not None and _loss(change.call, change.repeats[0] if change.repeats else call):
            if _was_tried(call):
                change.repeats.append(call)
            if _was_carried_out(call) and _was_answered(call):
                yield pending.pop(same)
        elif (call["module"], call["action"]) in _CHANGES:
            if _was_carried_out(call):
                pending[same] = _Change(call)
        else:
            seen = [name for name, each in pending.items() if _shows(call, each.call)]
            yield from _with_repeats(map(pending.pop, seen))
    yield from _with_repeats(pending.values())


def _with_repeats(changes: Iterable[_Change]) -> Iterator[_Change]:
    return (change for change in changes if change.repeats)


def _identity(call: Json) -> str | None:
    """Return a text for what a call sent, None for a change of which the journal does not show that.

    A password is left out of an order: another one does not make another server.
    """
    left_out = {"token", "root_pass"} if (call["module"], call["action"]) == _ORDER else {"token"}
    sent = {name: value for name, value in call["fields"].items() if name not in left_out}
    if (call["module"], call["action"]) in _CHANGES and may_hide_any(sent):
        return None
    return json.dumps([call["module"], call["action"], sent], sort_keys=True)


def _was_carried_out(call: Json) -> bool:
    return call["result"] == "ok" or _DONE_THOUGH_REFUSED in _faults(call)


def _was_tried(call: Json) -> bool:
    return _was_carried_out(call) or call["reason"] not in _UNTRIED


def _was_answered(call: Json) -> bool:
    return call["status"] is not None and not _faults(call) & {*_BROKEN, _DONE_THOUGH_REFUSED}


def _loss(call: Json, repeat: Json) -> str:
    """Return what the client did not learn from the answer of a call before it repeated it; empty if it had the answer."""
    if _DONE_THOUGH_REFUSED in _faults(call):
        return "its answer was a refusal"
    if not _was_answered(call):
        return "its answer was lost"
    if _faults(call) & _LATE and repeat["received_at"] and call["received_at"]:
        until = instant_of(call["received_at"]) + call["duration_ms"] * SECOND / 1000
        return "the client did not wait for its answer" if instant_of(repeat["received_at"]) < until else ""
    return ""


def _shows(look: Json, change: Json) -> bool:
    """Return whether an answered call let the client see what a change did."""
    name = (look["module"], look["action"])
    if name == CHECK:
        return bool(look["fields"].get("key") == change["task"])
    of_order = (change["module"], change["action"]) == _ORDER
    shown = shows_changes_of(change["module"], name) or (of_order and name in LIST_SERVERS)
    same = look["vm"] is None or change["vm"] is None or look["vm"] == change["vm"]
    return shown and same and look["result"] == "ok" and _was_answered(look)


def _faults(call: Json) -> set[str]:
    return set((call["fault"] or "").split(", "))


def _told(change: _Change) -> str:
    call, repeats = change.call, change.repeats
    of = f" of VM {call['vm']}" if call["vm"] else ""
    key = f" (key {short_key(call['task'])})" if call["task"] else ""
    counted = Counter(map(_outcome, repeats))
    outcomes = [
        f"{outcome} \N{MULTIPLICATION SIGN}{count}" if count > 1 else outcome
        for outcome, count in counted.items()
    ]
    rule = "orders-twice" if (call["module"], call["action"]) == _ORDER else "blind-repeat"
    return (
        f"{call['action']}{of} was carried out{key}, but {_loss(call, repeats[0])} [{call['fault']}]; the same call was then "
        f"sent again without a look in between, and {', '.join(outcomes)}: look first, and repeat only what is missing "
        f"(docs/reference/lint-rules.md#{rule})"
    )


def _outcome(repeat: Json) -> str:
    if _was_carried_out(repeat):
        return f"did it again (key {short_key(repeat['task'])})" if repeat["task"] else "did it again"
    return f"was refused as {repeat['reason']}"
