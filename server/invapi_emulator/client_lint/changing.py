"""Lint rules about changes: how a client acts before and after a change of a VM."""

from collections.abc import Iterator

from invapi_emulator.client_lint.rule import Line, Seen, lint_rule
from invapi_emulator.domain.looks import shows_changes_of
from invapi_emulator.engine.tasks.kinds import KINDS
from invapi_emulator.storage.hidden_fields import sent_the_same


@lint_rule(
    "change-while-busy",
    "warning",
    "changes a VM while a task is running on it",
    instead="Check the key of the running change until it has ended, then request the next one. A VM allows one "
    "change at a time.",
)
def change_while_busy(seen: Seen) -> Iterator[Line]:
    return (line for line in seen.lines if line.call.reason == "vm_locked" and not _reads(line))


@lint_rule(
    "blind-repeat",
    "error",
    "repeats a changing call after a lost reply without checking what the first call did",
    instead="The call may have been carried out although its reply was lost. Look first (get_snapshot, show, "
    "status), and repeat the call only if its effect is missing.",
)
def blind_repeat(seen: Seen) -> Iterator[Line]:
    lost: dict[int | None, Line] = {}
    for is_new_world, line in seen.after(seen.new_worlds):
        if is_new_world:
            lost.clear()
        before = lost.get(line.call.vm)
        if before is not None and _same(before, line):
            yield line
        for vm in list(lost) if line.call.vm is None else [line.call.vm]:
            if vm in lost and _shows(line, lost[vm]):
                del lost[vm]
        if _changes(line) and not line.was_read:
            lost[line.call.vm] = line


def _changes(line: Line) -> bool:
    kind = KINDS.get((line.call.module, line.call.action or ""))
    return kind is not None and kind.changes


def _reads(line: Line) -> bool:
    kind = KINDS.get((line.call.module, line.call.action or ""))
    return kind is not None and not kind.changes


def _shows(look: Line, change: Line) -> bool:
    """Return whether a call about the same VM, or about all, let the client see what a change did."""
    if _changes(look) or not look.was_read or look.call.result != "ok":
        return False
    return shows_changes_of(change.call.module, (look.call.module, look.call.action))


def _same(one: Line, other: Line) -> bool:
    """Return whether two calls sent the same. What cannot be compared any more counts as different."""
    asked = [(line.call.module, line.call.action) for line in (one, other)]
    return asked[0] == asked[1] and sent_the_same(one.call, other.call, but="token")
