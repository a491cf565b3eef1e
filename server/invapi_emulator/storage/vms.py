"""VMs, each within an account."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import astuple
from sqlalchemy import bindparam, delete, select

from invapi_emulator.domain.tags import Tag
from invapi_emulator.domain.virtual_machines import MachineState, VirtualMachine
from invapi_emulator.errors import VmNotFound
from invapi_emulator.storage.record import Index, Key, Record
from invapi_emulator.storage.statement import Query, Statement
from invapi_emulator.storage.tables import STATE_COLUMNS, task, vm
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork

STATE_PATHS: Mapping[str, str] = {name: f"state.{name}" for name in STATE_COLUMNS}


def _read(columns: dict[str, Any]) -> VirtualMachine:
    state = MachineState(*(columns.pop(name) for name in STATE_COLUMNS))
    columns["tags"] = tuple(Tag(*parts) for parts in columns["tags"])
    columns["power_changes"] = tuple((at, power) for at, power in columns["power_changes"])
    return VirtualMachine(**columns, state=state)


def _written_tags(machine: VirtualMachine) -> list[tuple[Any, ...]]:
    return [astuple(tag) for tag in machine.tags]


VM = Record(
    vm,
    ("id",),
    part=1,
    read=_read,
    changing=(
        "hostname",
        "tags",
        "power",
        "power_changes",
        "running_since",
        "locked_by",
        "started",
        *STATE_COLUMNS,
    ),
    paths=STATE_PATHS,
    computed={"tags": _written_tags},
)

_ALL = VM.where(vm.c.account_id == bindparam("account_id"))


class _Ids:
    """The ids of an account's VMs, ascending."""

    def __init__(self, rows: Iterable[int]) -> None:
        self.ascending = sorted(rows)

    def changed(self, key: Key, value: VirtualMachine | None) -> None:
        place = bisect_left(self.ascending, key[0])
        is_there = self.ascending[place : place + 1] == [key[0]]
        if value is None and is_there:
            del self.ascending[place]
        elif value is not None and not is_there:
            insort(self.ascending, key[0])

    def content(self) -> list[int]:
        return self.ascending


_IDS_OF = Statement(select(vm.c.id).where(vm.c.account_id == bindparam("account_id")), int)
_IDS = Index(VM, lambda owner: _IDS_OF.of(account_id=owner["account_id"]), _Ids)
_ENGINES_OF = Statement(
    select(vm.c.engine).where(vm.c.account_id == bindparam("account_id")).distinct().order_by(vm.c.engine),
    str,
)

_OF_ACCOUNT = VM.where(vm.c.account_id == bindparam("account_id"), order=vm.c.id)

# In a unit of work


def find(unit: UnitOfWork, vm_id: int) -> VirtualMachine | None:
    """Return the VM, or None if the account has none with that id, or none that the call may see."""
    return unit.one(VM, (vm_id,)) if unit.only_vm in {None, vm_id} else None


def load(unit: UnitOfWork, vm_id: int) -> VirtualMachine:
    """Return the VM; raise VmNotFound if `find` finds none."""
    machine = find(unit, vm_id)
    if machine is None:
        raise VmNotFound("no such VM in this account")
    return machine


def save(unit: UnitOfWork, machine: VirtualMachine) -> None:
    """Change an existing VM."""
    if machine != unit.one(VM, (machine.id,)):
        unit.save(VM, (machine.id,), machine)


def ids(unit: UnitOfWork) -> list[int]:
    """Return the ids of all VMs that the call may see, ascending."""
    if unit.only_vm is not None:
        return [] if find(unit, unit.only_vm) is None else [unit.only_vm]
    return unit.index(_IDS).ascending


def all_of(unit: UnitOfWork) -> list[VirtualMachine]:
    """Return all VMs, ascending by id."""
    wanted = [(vm_id,) for vm_id in ids(unit)]
    if any(not unit.state.has(VM, key) for key in wanted):
        for key, machine in unit.rows(Query(_ALL, unit.state.owner)):
            if not unit.state.has(VM, key):
                unit.state.put(VM, key, [(key, machine)])
    found = (unit.one(VM, key) for key in wanted)
    return [each for each in found if each is not None]


def engines(unit: UnitOfWork) -> list[str]:
    """Return the engines of the VMs that the call may see, in alphabetical order."""
    if unit.only_vm is not None:
        return [load(unit, vm_id).engine for vm_id in ids(unit)]
    return unit.rows(_ENGINES_OF.of(account_id=unit.account.id))


# In SQL


def remove(tx: Transaction, account_id: int, generation: int, vm_id: int) -> None:
    """Remove a VM and everything it holds."""
    of_world = (task.c.account_id == account_id) & (task.c.generation == generation)
    tx.execute(delete(task).where(of_world, task.c.vm_id == vm_id))
    tx.execute(delete(vm).where(vm.c.account_id == account_id, vm.c.id == vm_id))


def of_account(tx: Transaction, account_id: int) -> Iterator[VirtualMachine]:
    """Return all VMs, ascending by id."""
    return (found for _, found in _OF_ACCOUNT.lazily(tx, account_id=account_id))


def addresses(tx: Transaction, account_id: int, without: int = 0) -> list[tuple[int, str]]:
    """Return id and address of each VM but one."""
    rows = tx.execute(select(vm.c.id, vm.c.ip).where(vm.c.account_id == account_id, vm.c.id != without))
    return [(vm_id, address) for vm_id, address in rows]


def tag_ids(tx: Transaction, account_id: int, without: int = 0) -> list[int]:
    """Return the ids of the tags of all VMs but one."""
    others = (vm.c.account_id == account_id) & (vm.c.id != without) & (vm.c.tags != [])
    rows = tx.execute(select(vm.c.tags).where(others)).scalars()
    return [parts[0] for tags in rows for parts in tags]


def ids_by_account(tx: Transaction) -> dict[int, list[int]]:
    """Return the VM ids of each account that has VMs, ascending."""
    found: dict[int, list[int]] = {}
    for account_id, vm_id in tx.execute(select(vm.c.account_id, vm.c.id).order_by(vm.c.account_id, vm.c.id)):
        found.setdefault(account_id, []).append(vm_id)
    return found
