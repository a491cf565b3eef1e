"""States that one click brings about: each is a fault rule, with the way to undo it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from invapi_emulator.domain.virtual_machines import VirtualMachine


@dataclass(frozen=True, slots=True)
class State:
    """A button. `rule` is the fault rule that it writes; `undo` says how to undo it, in words.

    `call` is the call that is sent next, if the state needs one: a path and an action.
    """

    label: str
    rule: Mapping[str, Any]
    undo: str
    call: str | None = None


_UNUSED = "Delete the rule before it fires."
_TASK = "Complete the task under Tasks, or reset the account."


def states_of(vm: VirtualMachine | None = None) -> list[State]:
    """Return the states of an account, or of one VM."""
    match = {} if vm is None else {"id": vm.id}
    return list(_calls(match)) + list(_tasks(match, vm))


def _calls(match: Mapping[str, Any]) -> Iterator[State]:
    yield State("Slow API", _rule("latency", match, seconds=3, times=None), "Delete the rule.")
    yield State("503 once", _rule("http_status", match, status=503), _UNUSED)
    yield State(
        "Lose the next reply",
        _rule("lost_reply", match),
        f"{_UNUSED} A call that has lost its reply had its effect.",
    )
    yield State(
        "Expire the token",
        _rule("expired_token", match),
        f"{_UNUSED} Later, a reset makes the built-in token work again.",
    )


def _tasks(match: Mapping[str, Any], vm: VirtualMachine | None) -> Iterator[State]:
    snapshot = {**match, "action": "create_snapshot"}
    if vm is None or vm.kind == "VPS":
        yield State("Next snapshot fails", _rule("task_fails", snapshot), _UNUSED)
    yield State("Next task hangs", _rule("task_hangs", match), f"{_UNUSED} {_TASK}")
    if vm is not None:
        action = "reboot" if vm.power == "on" else "on"
        rule = _rule("task_hangs", {**match, "action": action})
        yield State("Lock this VM", rule, _TASK, f"eq.php {action}")


def _rule(kind: str, match: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return {"kind": kind, **fields, **({"match": match} if match else {})}
