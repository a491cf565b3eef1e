"""Queries about VMs, each within an account."""

from collections.abc import Iterable
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from invapi_emulator.domain.virtual_machines import MachineState, VirtualMachine
from invapi_emulator.errors import VmNotFound
from invapi_emulator.storage.prepared import Prepared
from invapi_emulator.storage.tables import STATE_COLUMNS, vm
from invapi_emulator.storage.transaction import Transaction

_PLAIN = tuple(column.name for column in vm.c if column.name not in (*STATE_COLUMNS, "account_id"))

_INSERT = insert(vm)
_ONE = (vm.c.account_id == bindparam("of_account")) & (vm.c.id == bindparam("of_id"))
_MAY_CHANGE = (*(name for name in _PLAIN if name != "id"), *STATE_COLUMNS)
_values = attrgetter(*(f"state.{name}" if name in STATE_COLUMNS else name for name in _MAY_CHANGE))
"""Returns what of a VM may change, column by column."""

_FIND = Prepared(select(vm).where(_ONE))


def add(tx: Transaction, account_id: int, machines: Iterable[VirtualMachine]) -> None:
    rows = [_row(machine) | {"account_id": account_id} for machine in machines]
    if rows:
        tx.execute(_INSERT, rows)


def save(tx: Transaction, account_id: int, machine: VirtualMachine) -> None:
    """Write what differs from what is known of a VM that is there; never its id, or its tasks would all be looked up."""
    known = find(tx, account_id, machine.id)
    if known is None:
        return
    columns = zip(_MAY_CHANGE, _values(machine), _values(known), strict=True)
    changed = {name: new for name, new, old in columns if new != old}
    if changed:
        _saving(tuple(changed)).run(tx, changed | {"of_account": account_id, "of_id": machine.id})
        tx.keep(("vm", account_id, machine.id), machine)


def remove(tx: Transaction, account_id: int, vm_id: int) -> None:
    """Remove a VM with all it holds."""
    tx.execute(delete(vm).where(vm.c.account_id == account_id, vm.c.id == vm_id))


def remove_all(tx: Transaction, account_id: int) -> None:
    tx.execute(delete(vm).where(vm.c.account_id == account_id))


def find(tx: Transaction, account_id: int, vm_id: int) -> VirtualMachine | None:
    def read() -> VirtualMachine | None:
        row = _FIND.first(tx, of_account=account_id, of_id=vm_id)
        return None if row is None else _from_row(row)

    return tx.once(("vm", account_id, vm_id), read)


def load(tx: Transaction, account_id: int, vm_id: int) -> VirtualMachine:
    """Return the VM; raises VmNotFound when the account has none of that id."""
    machine = find(tx, account_id, vm_id)
    if machine is None:
        raise VmNotFound("no such VM in this account")
    return machine


def of_account(tx: Transaction, account_id: int) -> list[VirtualMachine]:
    """Return all, ascending by id."""
    rows = tx.execute(select(vm).where(vm.c.account_id == account_id).order_by(vm.c.id))
    return [_from_row(row) for row in rows]


def ids(tx: Transaction, account_id: int) -> list[int]:
    """Return the ids of all, ascending."""
    return list(tx.execute(select(vm.c.id).where(vm.c.account_id == account_id).order_by(vm.c.id)).scalars())


def engines(tx: Transaction, account_id: int) -> list[str]:
    """Return the engines that the account's VMs run on, in alphabetical order."""
    distinct = select(vm.c.engine).where(vm.c.account_id == account_id).distinct().order_by(vm.c.engine)
    return list(tx.execute(distinct).scalars())


@cache
def _saving(columns: tuple[str, ...]) -> Prepared:
    return Prepared(update(vm).where(_ONE), columns, leaves_known=True)


def _row(machine: VirtualMachine) -> dict[str, Any]:
    state = machine.state
    return {name: getattr(machine, name) for name in _PLAIN} | {
        name: getattr(state, name) for name in STATE_COLUMNS
    }


def _from_row(row: Any) -> VirtualMachine:
    columns = row._asdict()
    state = MachineState(**{name: columns.pop(name) for name in STATE_COLUMNS})
    del columns["account_id"]
    columns["tags"] = tuple((tag, value) for tag, value in columns["tags"])
    columns["power_changes"] = tuple((at, power) for at, power in columns["power_changes"])
    return VirtualMachine(**columns, state=state)
