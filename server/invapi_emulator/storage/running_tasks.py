"""The running tasks of each VM, without a look at each."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select

from invapi_emulator.domain.tasks import QUEUED, KindName, Task, was_queued
from invapi_emulator.storage.record import Index, Key
from invapi_emulator.storage.statement import Query, Statement
from invapi_emulator.storage.tables import task
from invapi_emulator.storage.tasks import OF_WORLD, RUNNING, TASK
from invapi_emulator.storage.unit_of_work import UnitOfWork


class Group(NamedTuple):
    """Tasks of a VM that are of one kind, and that all wait or waited for others, or all did not."""

    kind: KindName
    was_queued: bool


_Row = tuple[Key, int, Group, int]


class _Running:
    """The keys of running tasks by VM, group and number, ascending."""

    def __init__(self, rows: Iterable[_Row]) -> None:
        self._by_vm: dict[int, dict[Group, dict[int, Key]]] = {}
        self._place_of: dict[Key, tuple[int, Group, int]] = {}
        for key, vm_id, group, number in rows:
            self._put(key, vm_id, group, number)

    def changed(self, key: Key, value: Task | None) -> None:
        if value is None or value.state != "running":
            self._remove(key)
        elif key not in self._place_of:
            self._put(key, value.vm_id, _group_of(value), value.sequence)

    def content(self) -> dict[Key, tuple[int, Group, int]]:
        return self._place_of

    def of_vm(self, vm_id: int) -> dict[Group, dict[int, Key]]:
        return self._by_vm.get(vm_id, {})

    def _put(self, key: Key, vm_id: int, group: Group, number: int) -> None:
        self._place_of[key] = (vm_id, group, number)
        self._by_vm.setdefault(vm_id, {}).setdefault(group, {})[number] = key

    def _remove(self, key: Key) -> None:
        if key in self._place_of:
            vm_id, group, number = self._place_of.pop(key)
            groups = self._by_vm[vm_id]
            del groups[group][number]
            if not groups[group]:
                del groups[group]


_ROWS: Statement[_Row] = Statement(
    select(task.c.key, task.c.vm_id, task.c.module, task.c.action, task.c.stages, task.c.sequence)
    .where(OF_WORLD, RUNNING)
    .order_by(task.c.sequence),
    lambda key, vm_id, module, action, stages, number: (
        (key,), vm_id, Group((module, action), stages[0][0] == QUEUED), number,
    ),
)  # fmt: skip
RUNNING_TASKS = Index(TASK, lambda owner: Query(_ROWS, owner), _Running)


def _group_of(of: Task) -> Group:
    return Group((of.module, of.action), was_queued(of))


def newest_by_group(unit: UnitOfWork, vm_id: int) -> dict[Group, tuple[int, str]]:
    """Return the number and the key of the newest running task of each group of a VM's tasks."""
    changes = dict(unit.changes.of(TASK))
    ended = {key for key, changed in changes.items() if changed is None or changed.state != "running"}
    newest: dict[Group, tuple[int, str]] = {}
    for group, keys in unit.index(RUNNING_TASKS).of_vm(vm_id).items():
        number = next((number for number in reversed(keys) if keys[number] not in ended), None)
        if number is not None:
            newest[group] = (number, keys[number][0])
    for key, changed in changes.items():
        if changed is not None and key not in ended and changed.vm_id == vm_id:
            group = _group_of(changed)
            newest[group] = max(newest.get(group, (0, "")), (changed.sequence, changed.key))
    return newest
