"""Ways to find an account's VMs: by id, by address, and by the time they go."""

from bisect import bisect_left, insort
from collections.abc import Iterable

from sqlalchemy import bindparam, select

from invapi_emulator.domain.addresses import canonical, generated_address
from invapi_emulator.domain.due_queue import DueQueue
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.virtual_machines import Phase, VirtualMachine
from invapi_emulator.storage.record import Index, Key
from invapi_emulator.storage.statement import Statement
from invapi_emulator.storage.tables import vm
from invapi_emulator.storage.vm_record import VM


class _Ids:
    """The ids of an account's VMs, ascending, and those of the VMs that are being deployed."""

    def __init__(self, rows: Iterable[tuple[int, Phase]]) -> None:
        found = list(rows)
        self.ascending = sorted(vm_id for vm_id, _ in found)
        self.deploying = {vm_id for vm_id, phase in found if phase == "deploying"}

    def changed(self, key: Key, value: VirtualMachine | None) -> None:
        place = bisect_left(self.ascending, key[0])
        is_there = self.ascending[place : place + 1] == [key[0]]
        if value is None and is_there:
            del self.ascending[place]
        elif value is not None and not is_there:
            insort(self.ascending, key[0])
        if value is not None and value.phase == "deploying":
            self.deploying.add(key[0])
        else:
            self.deploying.discard(key[0])

    def content(self) -> tuple[list[int], set[int]]:
        return self.ascending, self.deploying


_IDS_OF: Statement[tuple[int, Phase]] = Statement(
    select(vm.c.id, vm.c.phase).where(vm.c.account_id == bindparam("account_id")),
    lambda vm_id, phase: (vm_id, phase),
)
IDS = Index(VM, lambda owner: _IDS_OF.of(account_id=owner["account_id"]), _Ids)


class _Chosen:
    """The addresses of VMs that do not follow from their id."""

    def __init__(self, rows: Iterable[tuple[int, str]]) -> None:
        self._by_vm = {vm_id: canonical(ip) for vm_id, ip in rows if ip != generated_address(vm_id)}

    def changed(self, key: Key, value: VirtualMachine | None) -> None:
        if value is None:
            self._by_vm.pop(key[0], None)
        elif value.ip != generated_address(key[0]):
            self._by_vm[key[0]] = canonical(value.ip)

    def content(self) -> dict[int, str]:
        return self._by_vm

    def __contains__(self, address: object) -> bool:
        return address in self._by_vm.values()


_ADDRESSES_OF: Statement[tuple[int, str]] = Statement(
    select(vm.c.id, vm.c.ip).where(vm.c.account_id == bindparam("account_id")), lambda vm_id, ip: (vm_id, ip)
)
CHOSEN_ADDRESSES = Index(VM, lambda owner: _ADDRESSES_OF.of(account_id=owner["account_id"]), _Chosen)


class _Ends(DueQueue[Key]):
    """The cancelled VMs, by the time they go."""

    def changed(self, key: Key, value: VirtualMachine | None) -> None:
        self.set(key, None if value is None else value.ends_at, key[0])

    def content(self) -> dict[Key, Instant]:
        return self.times()


_ENDING: Statement[tuple[Instant, int, Key]] = Statement(
    select(vm.c.ends_at, vm.c.id).where(
        vm.c.account_id == bindparam("account_id"), vm.c.ends_at.is_not(None)
    ),
    lambda at, vm_id: (at, vm_id, (vm_id,)),
)
ENDS = Index(VM, lambda owner: _ENDING.of(account_id=owner["account_id"]), _Ends)
