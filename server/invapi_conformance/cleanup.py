"""Leaves the VM as it was found, whatever happened. Reports what cannot be undone."""

from collections.abc import Callable

from invapi_conformance.object_steps import delete_own_keys, remove_own_tags, rename_back
from invapi_conformance.order_cleanup import cancel_ordered
from invapi_conformance.power_steps import switch
from invapi_conformance.snapshot_steps import put_back_settings, remove_own
from invapi_conformance.table import CannotTell
from invapi_conformance.target import Unreachable
from invapi_conformance.walk import GaveUp, StepFailed, Walk

TROUBLE = (StepFailed, CannotTell, Unreachable)
TRIES_FOR_SECONDS = 300
"""How long a refused call is repeated. The VM may still be busy with a call whose answer was lost."""


def clean_up(walk: Walk) -> list[str]:
    """Undo what remains to be undone. Return a line for each failure, with what to do by hand."""
    walk.probe.stop.cleaning_up = True
    vm = walk.probe.access.vm
    undoings: tuple[tuple[Callable[[Walk], None], str], ...] = (
        (_wait_for_tasks, f"VM {vm} still has a task running: wait for its end"),
        (cancel_ordered, f"the server {walk.own} may exist, and cost money: cancel it"),
        (_ssh_key, f"the SSH key {walk.own} may exist: delete it"),
        (_tag, f"the tag {walk.own} of VM {vm} may exist: remove it"),
        (_name, f"the hostname of VM {vm} was {walk.facts.hostname}: rename it"),
        (_settings, f"exclude_rotation of VM {vm} was {walk.facts.excluded}: put it back"),
        (_snapshot, f"the snapshot {walk.own} of VM {vm} may exist: remove it"),
        (_power, f"VM {vm} was found {(walk.facts.power or '')[6:]}: switch it"),
    )
    return [line for undo, by_hand in undoings if (line := _tried(walk, undo, by_hand))]


def _tried(walk: Walk, undo: Callable[[Walk], None], by_hand: str) -> str:
    """Undo one thing. After an error, try again for a while."""
    probe = walk.probe
    deadline = probe.now() + min(TRIES_FOR_SECONDS, probe.patience.task_seconds)
    while True:
        try:
            undo(walk)
        except GaveUp as trouble:
            return f"{by_hand} ({trouble})"
        except TROUBLE as trouble:
            if probe.now() >= deadline:
                return f"{by_hand} ({trouble})"
            probe.stop.pause(probe.patience.poll_seconds)
        else:
            return ""


def _ssh_key(walk: Walk) -> None:
    if walk.ssh_key_may_exist:
        delete_own_keys(walk)


def _tag(walk: Walk) -> None:
    if walk.tag_may_exist:
        remove_own_tags(walk)


def _name(walk: Walk) -> None:
    if walk.renamed:
        rename_back(walk)


def _settings(walk: Walk) -> None:
    if walk.settings_changed:
        put_back_settings(walk)


def _snapshot(walk: Walk) -> None:
    if not walk.snapshot_may_exist:
        return
    if not _was_made(walk) and not _is_listed(walk):
        walk.snapshot_may_exist = False
        return
    _power_off_to_remove(walk)
    try:
        remove_own(walk)
    except StepFailed:
        if _is_listed(walk):
            raise
        walk.snapshot_may_exist = False  # the answer to its removal was lost
    if walk.snapshot_may_exist:
        raise StepFailed("it is still listed after its removal")


def _wait_for_tasks(walk: Walk) -> None:
    """Wait once for each task under way."""
    while walk.pending:
        try:
            walk.ended(next(iter(walk.pending)))
        except StepFailed as why:
            walk.pending.pop(next(iter(walk.pending)))
            raise GaveUp(str(why)) from None


def _is_listed(walk: Walk) -> bool:
    """Look for it in the list. If its outcome is unknown, keep looking for as long as a task may take."""
    deadline = walk.probe.now() + walk.probe.patience.task_seconds
    while True:
        rows = walk.listed("cleanup.list", until=lambda names: walk.own in names)
        if any(row.get("name") == walk.own for row in rows):
            return True
        if _is_known_how_it_ended(walk):
            return False
        if walk.probe.now() >= deadline:
            raise GaveUp("it may have been made: an answer was lost, and it was not listed since")
        walk.probe.stop.pause(walk.probe.patience.poll_seconds)


def _was_made(walk: Walk) -> bool:
    """Tell whether it certainly exists, even if a list does not show it yet."""
    end = walk.probe.steps.get("create.end")
    return end is not None and end.field("result") == "OK" and not walk.removed


def _is_known_how_it_ended(walk: Walk) -> bool:
    asked, end = (walk.probe.steps.get(f"create.{name}") for name in ("asked", "end"))
    return (asked is not None and asked.is_failure) or (
        end is not None and end.field("result") in {"OK", "Fail"}
    )


def _power_off_to_remove(walk: Walk) -> None:
    if walk.probe.power() != "power_on":
        return
    if not walk.allowed.power:
        raise StepFailed("the VM is running, and --allow-power was not given")
    switch(walk, "off")


def _power(walk: Walk) -> None:
    """Restore the power as found. Do so too if the answer to a switch was lost."""
    if walk.power_unsure or (walk.power_changed and walk.probe.power() != walk.facts.power):
        switch(walk, "on" if walk.facts.power == "power_on" else "off")
