"""Queries about snapshots and the settings of their rotation."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, delete, insert, select

from invapi_emulator.domain.snapshots import RotationSettings, Snapshot
from invapi_emulator.domain.virtual_machines import MachineState
from invapi_emulator.storage.prepared import Prepared
from invapi_emulator.storage.tables import STATE_COLUMNS, rotation, snapshot
from invapi_emulator.storage.transaction import Transaction

_PLAIN = tuple(name for name in Snapshot.__dataclass_fields__ if name != "state")
_INSERT = Prepared(insert(snapshot), tuple(column.name for column in snapshot.c), leaves_known=True)
_REMOVE = Prepared(
    delete(snapshot).where(
        snapshot.c.account_id == bindparam("account"), snapshot.c.sequence == bindparam("number")
    ),
    leaves_known=True,
)


def _of_vm(table: Table, order: ColumnElement[Any]) -> Prepared:
    mine = (table.c.account_id == bindparam("account")) & (table.c.vm_id == bindparam("vm"))
    return Prepared(select(table).where(mine).order_by(order))


_OF_VM = _of_vm(snapshot, snapshot.c.sequence + 0)  # an index in that order has SQLite read those of all VMs
_SETTINGS_OF_VM = _of_vm(rotation, rotation.c.type)


def add(tx: Transaction, account_id: int, made: Snapshot) -> None:
    row: dict[str, Any] = {name: getattr(made, name) for name in _PLAIN}
    row |= {name: getattr(made.state, name) for name in STATE_COLUMNS}
    _INSERT.run(tx, row | {"account_id": account_id})
    tx.forget(("snapshots", account_id, made.vm_id))


def of_type(tx: Transaction, account_id: int, vm_id: int, type_: str) -> list[Snapshot]:
    """Return a VM's snapshots of one type, oldest first."""
    return [found for found in of_vm(tx, account_id, vm_id) if found.type == type_]


def of_vm(tx: Transaction, account_id: int, vm_id: int) -> tuple[Snapshot, ...]:
    """Return a VM's snapshots of all types, oldest first."""

    def read() -> tuple[Snapshot, ...]:
        return tuple(_from_row(row) for row in _OF_VM.all(tx, account=account_id, vm=vm_id))

    return tx.once(("snapshots", account_id, vm_id), read)


def of_account(tx: Transaction, account_id: int) -> dict[int, list[Snapshot]]:
    """Return the snapshots by VM, each oldest first."""
    rows = tx.execute(
        select(snapshot).where(snapshot.c.account_id == account_id).order_by(snapshot.c.sequence)
    )
    found: dict[int, list[Snapshot]] = {}
    for row in rows:
        found.setdefault(row.vm_id, []).append(_from_row(row))
    return found


def sequences(tx: Transaction, account_id: int) -> list[int]:
    """Return the numbers that the account's snapshots have."""
    return list(tx.execute(select(snapshot.c.sequence).where(snapshot.c.account_id == account_id)).scalars())


def remove(tx: Transaction, account_id: int, gone: Iterable[Snapshot]) -> None:
    for snapshot_ in gone:
        _REMOVE.run(tx, {"account": account_id, "number": snapshot_.sequence})
        tx.forget(("snapshots", account_id, snapshot_.vm_id))


def settings_of_vm(tx: Transaction, account_id: int, vm_id: int) -> Mapping[str, RotationSettings]:
    """Return the settings that were set, by type, in alphabetical order."""

    def read() -> Mapping[str, RotationSettings]:
        rows = _SETTINGS_OF_VM.all(tx, account=account_id, vm=vm_id)
        return {row.type: RotationSettings(row.enabled, tuple(row.excluded)) for row in rows}

    return tx.once(("rotation", account_id, vm_id), read)


def settings_of_account(tx: Transaction, account_id: int) -> dict[int, dict[str, RotationSettings]]:
    """Return the settings that were set, by VM, then by type."""
    rows = tx.execute(select(rotation).where(rotation.c.account_id == account_id).order_by(rotation.c.type))
    found: dict[int, dict[str, RotationSettings]] = {}
    for row in rows:
        found.setdefault(row.vm_id, {})[row.type] = RotationSettings(row.enabled, tuple(row.excluded))
    return found


def settings_of_type(tx: Transaction, account_id: int, vm_id: int, type_: str) -> RotationSettings:
    return settings_of_vm(tx, account_id, vm_id).get(type_, RotationSettings())


def save_settings(tx: Transaction, account_id: int, vm_id: int, type_: str, new: RotationSettings) -> None:
    where = {"account_id": account_id, "vm_id": vm_id, "type": type_}
    tx.execute(delete(rotation).filter_by(**where))
    tx.execute(insert(rotation).values(**where, enabled=new.enabled, excluded=list(new.excluded)))


def _from_row(row: Any) -> Snapshot:
    columns = row._asdict()
    state = MachineState(**{name: columns.pop(name) for name in STATE_COLUMNS})
    del columns["account_id"]
    return Snapshot(**columns, state=state)
