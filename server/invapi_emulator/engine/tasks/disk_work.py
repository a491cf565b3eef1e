"""The tasks that work on a VM's disk, and show as peaks in its statistics."""

from collections.abc import Iterable
from functools import cache

from sqlalchemy import select

from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.statistics import Span
from invapi_emulator.domain.tasks import Task
from invapi_emulator.engine.tasks.kinds import kind_of, kinds_where
from invapi_emulator.storage.record import Index, Key
from invapi_emulator.storage.statement import Query, Statement
from invapi_emulator.storage.tables import task
from invapi_emulator.storage.tasks import OF_WORLD, TASK, is_one_of
from invapi_emulator.storage.unit_of_work import UnitOfWork

_Row = tuple[Key, int, Instant, Instant | None]


class _DiskWork:
    """Start and end of the tasks that work on a disk, by VM. A task under way has no end."""

    def __init__(self, rows: Iterable[_Row]) -> None:
        self._by_vm: dict[int, dict[Key, tuple[Instant, Instant | None]]] = {}
        self._vm_of: dict[Key, int] = {}
        for key, vm_id, started_at, ended_at in rows:
            self._put(key, vm_id, started_at, ended_at)

    def changed(self, key: Key, value: Task | None) -> None:
        if value is not None:
            if kind_of(value).works_disk:
                self._put(key, value.vm_id, value.created_at, value.ended_at)
        elif key in self._vm_of:
            del self._by_vm[self._vm_of.pop(key)][key]

    def content(self) -> dict[int, dict[Key, tuple[Instant, Instant | None]]]:
        return {vm_id: spans for vm_id, spans in self._by_vm.items() if spans}

    def of_vm(self, vm_id: int) -> dict[Key, tuple[Instant, Instant | None]]:
        return self._by_vm.get(vm_id, {})

    def _put(self, key: Key, vm_id: int, started_at: Instant, ended_at: Instant | None) -> None:
        self._vm_of[key] = vm_id
        self._by_vm.setdefault(vm_id, {})[key] = (started_at, ended_at)


@cache
def _all_of_world() -> Statement[_Row]:
    columns = select(task.c.key, task.c.vm_id, task.c.created_at, task.c.ended_at)
    of_disks = is_one_of(kinds_where(lambda kind: kind.works_disk))
    return Statement(columns.where(OF_WORLD, of_disks), lambda key, *rest: ((key,), *rest))


DISK_WORK = Index(TASK, lambda owner: Query(_all_of_world(), owner), _DiskWork)


def disk_work(unit: UnitOfWork, vm_id: int, since: Instant, now: Instant) -> list[Span]:
    """Return start and end of the work on a VM's disk, without work that ended before `since`."""
    found = unit.index(DISK_WORK).of_vm(vm_id)
    if unit.changes.concern(TASK):
        found = dict(found)
        for key, changed in unit.changes.of(TASK):
            found.pop(key, None)
            if changed is not None and changed.vm_id == vm_id and kind_of(changed).works_disk:
                found[key] = (changed.created_at, changed.ended_at)
    return [
        (start, now if end is None else end) for start, end in found.values() if end is None or end >= since
    ]
