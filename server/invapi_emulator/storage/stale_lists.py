"""Changes that lists do not show yet, because a fault holds them back."""

from collections.abc import Container, Iterator, Sequence
from typing import Any

from msgspec import to_builtins
from sqlalchemy import bindparam

from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.snapshots import Snapshot, StaleChange
from invapi_emulator.domain.virtual_machines import MachineState
from invapi_emulator.storage.record import Key, Record
from invapi_emulator.storage.tables import unlisted
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork


def _read(columns: dict[str, Any]) -> StaleChange:
    return StaleChange(columns["sequence"], _snapshot(columns["removed"]), columns["until"])


UNLISTED = Record(
    unlisted,
    ("vm_id", "sequence"),
    part=1,
    read=_read,
    changing=(),
    computed={"removed": lambda of: to_builtins(of.removed)},
    order="sequence",
)
_OF_ACCOUNT = UNLISTED.where(
    unlisted.c.account_id == bindparam("account_id"),
    unlisted.c.until > bindparam("now"),
    order=unlisted.c.sequence,
)


def of_vm(unit: UnitOfWork, vm_id: int, now: Instant) -> list[StaleChange]:
    """Return the changes of a VM that lists do not show at `now`, oldest first."""
    held = unit.part(UNLISTED, (vm_id,))
    if not held:
        return []
    return [held[key] for key in sorted(held) if held[key].until > now]


def hold_back(unit: UnitOfWork, vm_id: int, changes: Sequence[StaleChange], now: Instant) -> None:
    """Hide these changes from lists. Remove the changes that lists show at `now`."""
    held = unit.part(UNLISTED, (vm_id,))
    hidden = {change.sequence for change in held.values() if change.until > now}
    changed = {change.sequence for change in changes}
    for key, change in held.items():
        if change.until <= now or change.sequence in changed:
            unit.remove(UNLISTED, key)
    for change in changes:
        if change.sequence not in hidden:  # otherwise it is removed before any list has shown it
            unit.add(UNLISTED, (vm_id, change.sequence), change)


def forget_gone(unit: UnitOfWork, vm_id: int, present: Container[int]) -> None:
    """Remove the new snapshots that are gone before any list has shown them."""
    for key, change in unit.part(UNLISTED, (vm_id,)).items():
        if change.removed is None and change.sequence not in present:
            unit.remove(UNLISTED, key)


def remove_of_vm(unit: UnitOfWork, vm_id: int) -> None:
    """Remove all such changes of a VM that goes."""
    for key in list(unit.part(UNLISTED, (vm_id,))):
        unit.remove(UNLISTED, key)


def of_account(tx: Transaction, account_id: int, now: Instant) -> Iterator[tuple[Key, StaleChange]]:
    """Return the changes that lists do not show at `now`, each with its VM's id and its number, oldest first."""
    return _OF_ACCOUNT.lazily(tx, account_id=account_id, now=now)


def _snapshot(columns: dict[str, Any] | None) -> Snapshot | None:
    if columns is None:
        return None
    return Snapshot(**columns | {"state": MachineState(**columns["state"])})
