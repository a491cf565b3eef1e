"""VMs, each within an account."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import bindparam, delete, func, select

from invapi_emulator.contract.assumptions.orders import SERVER_IN_LISTS
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.errors import VmNotFound
from invapi_emulator.storage.statement import Query, Statement
from invapi_emulator.storage.tables import task, vm
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.storage.vm_indexes import ENDS, IDS
from invapi_emulator.storage.vm_record import VM, read_tags

_ALL = VM.where(vm.c.account_id == bindparam("account_id"))
_ENGINES_OF = Statement(
    select(vm.c.engine)
    .where(vm.c.account_id == bindparam("account_id"), vm.c.kind != "dedicated")
    .distinct()
    .order_by(vm.c.engine),
    str,
)

_OF_ACCOUNT = VM.where(vm.c.account_id == bindparam("account_id"), order=vm.c.id)

_WORDS_FROM: Statement[tuple[int, tuple[str, ...]]] = Statement(
    select(vm.c.id, vm.c.hostname, vm.c.ip, vm.c.location, vm.c.tags)
    .where(vm.c.account_id == bindparam("account_id"), vm.c.id >= bindparam("first"))
    .order_by(vm.c.id)
    .limit(bindparam("most")),
    lambda vm_id, *others: (vm_id, _words_of(vm_id, *others)),
)

_OTHERS = (vm.c.account_id == bindparam("account_id")) & (vm.c.id != bindparam("without"))
_ADDRESSES: Statement[tuple[int, str]] = Statement(
    select(vm.c.id, vm.c.ip).where(_OTHERS, vm.c.ip.like(bindparam("like"))).order_by(vm.c.id),
    lambda vm_id, address: (vm_id, address),
)
_TAG_IDS: Statement[list[int]] = Statement(
    select(vm.c.tags).where(_OTHERS), lambda tags: [parts[0] for parts in tags]
)

# In a unit of work


def held(unit: UnitOfWork, vm_id: int) -> VirtualMachine | None:
    """Return the VM, also one that is being deployed and that calls do not see yet."""
    return unit.one(VM, (vm_id,))


def find(unit: UnitOfWork, vm_id: int) -> VirtualMachine | None:
    """Return the VM, or None if the account has none with that id, or none that the call may see."""
    found = held(unit, vm_id) if unit.only_vm in {None, vm_id} else None
    hidden = found is not None and found.phase == "deploying" and _hides_deploying(unit)
    return None if hidden else found


def load(unit: UnitOfWork, vm_id: int) -> VirtualMachine:
    """Return the VM; raise VmNotFound if `find` finds none."""
    machine = find(unit, vm_id)
    if machine is None:
        raise VmNotFound("no such VM in this account")
    return machine


def add(unit: UnitOfWork, machine: VirtualMachine) -> None:
    unit.add(VM, (machine.id,), machine)


def save(unit: UnitOfWork, machine: VirtualMachine) -> None:
    """Change an existing VM."""
    if machine != unit.one(VM, (machine.id,)):
        unit.save(VM, (machine.id,), machine)
        if machine.ends_at is not None:
            unit.due_earlier = True


def drop(unit: UnitOfWork, vm_id: int) -> None:
    """Remove a VM itself. `engine/renting/removal` removes what it holds."""
    unit.remove(VM, (vm_id,))


def ids(unit: UnitOfWork) -> list[int]:
    """Return the ids of all VMs that the call may see, ascending."""
    if unit.only_vm is not None:
        return [] if find(unit, unit.only_vm) is None else [unit.only_vm]
    ascending, deploying = _present(unit)
    if not deploying or not _hides_deploying(unit):
        return ascending
    return [vm_id for vm_id in ascending if vm_id not in deploying]


def held_ids(unit: UnitOfWork) -> list[int]:
    """Return the ids of all VMs, also of those that are being deployed, ascending."""
    return _present(unit)[0]


def delivered_ids(unit: UnitOfWork) -> list[int]:
    """Return the ids of all VMs but those that are being deployed, ascending."""
    ascending, deploying = _present(unit)
    return [vm_id for vm_id in ascending if vm_id not in deploying]


def _present(unit: UnitOfWork) -> tuple[list[int], set[int]]:
    """Return the ids of all VMs, ascending, and of those that are being deployed."""
    ascending, deploying = unit.index(IDS).content()
    if not unit.changes.concern(VM):
        return ascending, deploying
    changed = {key[0]: machine for key, machine in unit.changes.of(VM)}
    there = {vm_id for vm_id, machine in changed.items() if machine is not None}
    being = {vm_id for vm_id, machine in changed.items() if machine and machine.phase == "deploying"}
    return sorted({*ascending, *there} - (changed.keys() - there)), (deploying - changed.keys()) | being


def _hides_deploying(unit: UnitOfWork) -> bool:
    return unit.account.assumed[SERVER_IN_LISTS] == "when-done"


def ending(unit: UnitOfWork, now: Instant, most: int) -> list[VirtualMachine]:
    """Return at most `most` VMs that their cancellation removes by now, earliest first. The unit has changed none."""
    found = (held(unit, *key) for key in unit.index(ENDS).due(now, most))
    return [each for each in found if each is not None]


def all_of(unit: UnitOfWork) -> list[VirtualMachine]:
    """Return all VMs that the call may see, ascending by id."""
    wanted = [(vm_id,) for vm_id in ids(unit)]
    if any(not unit.state.has(VM, key) for key in wanted):
        unit.state.put_all(VM, unit.rows(Query(_ALL, unit.state.owner)))
    found = (unit.one(VM, key) for key in wanted)
    return [each for each in found if each is not None]


def engines(unit: UnitOfWork) -> list[str]:
    """Return the engines of the VMs that the call may see, in alphabetical order. A dedicated server has none."""
    if unit.only_vm is not None:
        seen = [load(unit, vm_id) for vm_id in ids(unit)]
        return [machine.engine for machine in seen if machine.kind != "dedicated"]
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


def words_from(
    tx: Transaction, account_id: int, first: int, most: int
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Return what a search looks at of at most `most` VMs, from the id `first` on. Each is read when it is asked for."""
    return _WORDS_FROM.lazily(tx, account_id=account_id, first=first, most=most)


def _words_of(vm_id: int, hostname: str, ip: str, location: str, tags: list[list[Any]]) -> tuple[str, ...]:
    of_tags = (text for tag in read_tags(tags) for text in (tag.name, tag.value))
    return (str(vm_id), hostname, ip, location, *of_tags)


def with_ipv4(tx: Transaction, account_id: int, address: str, without: int) -> list[int]:
    """Return the ids of the VMs but one that have this address. IPv4 has one spelling."""
    found = _ADDRESSES.all(tx, account_id=account_id, without=without, like=address)
    return [vm_id for vm_id, _ in found]


def with_any_ipv6(tx: Transaction, account_id: int, without: int) -> list[tuple[int, str]]:
    """Return id and address of each VM but one that has an IPv6 address."""
    return _ADDRESSES.all(tx, account_id=account_id, without=without, like="%:%")


def tag_ids_among(tx: Transaction, of: Account, wanted: Collection[int], without: int) -> set[int]:
    """Return which of these ids a tag of the VMs but one has."""
    return {found for ids in _TAG_IDS.all(tx, account_id=of.id, without=without) for found in ids} & set(
        wanted
    )


def counts(tx: Transaction, account_ids: Collection[int]) -> dict[int, int]:
    """Return the number of VMs of each account that has VMs."""
    wanted = vm.c.account_id.in_(account_ids)
    rows = tx.execute(select(vm.c.account_id, func.count()).where(wanted).group_by(vm.c.account_id))
    return {row[0]: row[1] for row in rows}


def ids_by_account(tx: Transaction, account_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the VM ids of each of these accounts that has VMs, ascending."""
    found: dict[int, list[int]] = {}
    wanted = select(vm.c.account_id, vm.c.id).where(vm.c.account_id.in_(account_ids))
    for account_id, vm_id in tx.execute(wanted.order_by(vm.c.account_id, vm.c.id)):
        found.setdefault(account_id, []).append(vm_id)
    return found
