"""All that an account's VMs hold at a moment. It is selected at once, and made into values in steps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.snapshots import RotationSettings, Snapshot, StaleChange
from invapi_emulator.domain.tasks import Task
from invapi_emulator.domain.virtual_machines import VirtualMachine, as_of
from invapi_emulator.storage import snapshots, stale_lists, task_lists, vms
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.worlds.steps import Steps

T = TypeVar("T")

_AT_A_TIME = 100


@dataclass(frozen=True, slots=True)
class HeldVm:
    """A VM as of the moment, with what belongs to it: settings by type, the rest oldest first."""

    vm: VirtualMachine
    snapshots: Sequence[Snapshot]
    settings: Mapping[str, RotationSettings]
    tasks: Iterable[Task]
    unlisted: Sequence[StaleChange]


def held_vm(unit: UnitOfWork, stored: VirtualMachine, now: Instant) -> HeldVm:
    """Select what belongs to a VM. Its tasks are made when they are asked for, once."""
    return HeldVm(
        as_of(stored, now),
        snapshots.of_vm(unit, stored.id),
        snapshots.settings_of_vm(unit, stored.id),
        task_lists.lazily_of_vm(unit.sql(), unit.account, stored.id, now),
        stale_lists.of_vm(unit, stored.id, now),
    )


class HeldWorld:
    """The rows of an account's VMs at a moment. They can be made into values once.

    `size` is the number of VMs and of what belongs to them that were made so far, `power_changes` that of the
    VMs' changes of power, `stages` that of the tasks' stages.
    """

    def __init__(self, tx: Transaction, account: Account, now: Instant) -> None:
        self.size = 0
        self._now = now
        self._vms = vms.of_account(tx, account.id)
        self.power_changes = 0
        self.stages = 0
        self._snapshots = snapshots.of_account(tx, account.id)
        self._settings = snapshots.settings_of_account(tx, account.id)
        self._tasks = task_lists.lazily_of_account(tx, account, now)
        self._unlisted = stale_lists.of_account(tx, account.id, now)

    def by_vm(self) -> Steps[Iterator[HeldVm]]:
        """Return the VMs, ascending by id. Each is made when it is asked for."""
        held = yield from self._grouped((each.vm_id, each) for each in self._snapshots)
        settings = yield from self._grouped((key[0], (key[1], value)) for key, value in self._settings)
        tasks = yield from self._grouped((each.vm_id, self._with_stages(each)) for each in self._tasks)
        unlisted = yield from self._grouped((key[0], value) for key, value in self._unlisted)
        return (
            HeldVm(
                self._as_of_now(vm),
                held.get(vm.id, ()),
                dict(settings.get(vm.id, ())),
                tasks.get(vm.id, ()),
                unlisted.get(vm.id, ()),
            )
            for vm in self._counted(self._vms)
        )

    def _as_of_now(self, vm: VirtualMachine) -> VirtualMachine:
        self.power_changes += len(vm.power_changes)
        return as_of(vm, self._now)

    def _with_stages(self, task: Task) -> Task:
        self.stages += len(task.stages)
        return task

    def _grouped(self, items: Iterable[tuple[int, T]]) -> Steps[dict[int, list[T]]]:
        """Return the items by VM."""
        found: dict[int, list[T]] = {}
        for vm_id, item in self._counted(items):
            found.setdefault(vm_id, []).append(item)
            if self.size % _AT_A_TIME == 0:
                yield
        return found

    def _counted(self, items: Iterable[T]) -> Iterator[T]:
        for item in items:
            self.size += 1
            yield item
