"""Snapshots and rotation settings, each of a VM."""

from collections.abc import Collection, Iterator, Mapping
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.snapshots import RotationSettings, Snapshot
from invapi_emulator.domain.virtual_machines import MachineState
from invapi_emulator.storage.among import among
from invapi_emulator.storage.record import Key, Record
from invapi_emulator.storage.tables import STATE_COLUMNS, rotation, snapshot
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.storage.vm_record import STATE_PATHS

_PLAIN = tuple(name for name in Snapshot.__struct_fields__ if name != "state")
_by_sequence = attrgetter("sequence")


def _read(columns: dict[str, Any]) -> Snapshot:
    state = MachineState(*(columns.pop(name) for name in STATE_COLUMNS))
    return Snapshot(**columns, state=state)


def _read_settings(columns: dict[str, Any]) -> RotationSettings:
    return RotationSettings(columns["enabled"], tuple(columns["excluded"]))


SNAPSHOT = Record(
    snapshot, ("vm_id", "type", "name"), part=1, read=_read, changing=(), paths=STATE_PATHS, order="sequence"
)
ROTATION = Record(
    rotation,
    ("vm_id", "type"),
    part=1,
    read=_read_settings,
    changing=("enabled", "excluded"),
    weight=lambda of: 1 + sum(map(len, of.excluded)) // 1_000,
)

_OF_ACCOUNT = SNAPSHOT.where(snapshot.c.account_id == bindparam("account_id"), order=snapshot.c.sequence)
_SETTINGS_OF_ACCOUNT = ROTATION.where(rotation.c.account_id == bindparam("account_id"), order=rotation.c.type)

# In a unit of work


def add(unit: UnitOfWork, made: Snapshot) -> None:
    unit.add(SNAPSHOT, _key(made), made)


def remove(unit: UnitOfWork, gone: Snapshot) -> None:
    unit.remove(SNAPSHOT, _key(gone))


def of_vm(unit: UnitOfWork, vm_id: int) -> list[Snapshot]:
    """Return a VM's snapshots of all types, oldest first."""
    return sorted(unit.part(SNAPSHOT, (vm_id,)).values(), key=_by_sequence)


def of_type(unit: UnitOfWork, vm_id: int, type_: str) -> list[Snapshot]:
    """Return a VM's snapshots of one type, oldest first."""
    return [found for found in of_vm(unit, vm_id) if found.type == type_]


def settings_of_vm(unit: UnitOfWork, vm_id: int) -> Mapping[str, RotationSettings]:
    """Return the settings that were set, by type, in alphabetical order."""
    found = unit.part(ROTATION, (vm_id,))
    return {type_: found[vm_id, type_] for _, type_ in sorted(found)}


def settings_of_type(unit: UnitOfWork, vm_id: int, type_: str) -> RotationSettings:
    return unit.one(ROTATION, (vm_id, type_)) or RotationSettings()


def save_settings(unit: UnitOfWork, vm_id: int, type_: str, new: RotationSettings) -> None:
    key = (vm_id, type_)
    if unit.one(ROTATION, key) is None:
        unit.add(ROTATION, key, new)
    else:
        unit.save(ROTATION, key, new)


def remove_settings(unit: UnitOfWork, vm_id: int) -> None:
    """Remove the settings of a VM that goes."""
    for key in list(unit.part(ROTATION, (vm_id,))):
        unit.remove(ROTATION, key)


# In SQL


def of_account(tx: Transaction, account_id: int) -> Iterator[Snapshot]:
    """Return the snapshots of all VMs, oldest first."""
    return (found for _, found in _OF_ACCOUNT.lazily(tx, account_id=account_id))


def settings_of_account(tx: Transaction, account_id: int) -> Iterator[tuple[Key, RotationSettings]]:
    """Return the settings that were set, each with its VM's id and its type, ascending by type."""
    return _SETTINGS_OF_ACCOUNT.lazily(tx, account_id=account_id)


def sequences_among(tx: Transaction, of: Account, wanted: Collection[int], without: int) -> set[int]:
    """Return which of these sequence numbers a snapshot of the account's VMs but one has."""
    others = (snapshot.c.account_id == of.id) & (snapshot.c.vm_id != without)
    return among(tx, snapshot.c.sequence, wanted, others)


def _key(of: Snapshot) -> Key:
    return (of.vm_id, of.type, of.name)
