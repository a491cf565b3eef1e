"""Kinds of task: their stages, and the function that makes their effect."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from msgspec import Struct

from invapi_emulator.contract.registry import Registry
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.tasks import KindName, Stage, Task, was_queued
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.randomness import Chance
from invapi_emulator.storage.unit_of_work import UnitOfWork


class Work(Struct, frozen=True):
    """A task at its due time `now`, and its VM."""

    account: Account
    task: Task
    vm: VirtualMachine
    now: Instant
    chance: Chance


class Outcome(Struct, frozen=True):
    """The result of a task: the VM, None if it is gone, the client's `scope`, and a log line like a hypervisor's."""

    vm: VirtualMachine | None
    scope: str
    debug: str | None = None


Finish: TypeAlias = Callable[[UnitOfWork, Work], Outcome]
"""Makes the effect. It raises TaskFailed before it changes anything, if the task must fail."""

Leave: TypeAlias = Callable[[UnitOfWork, Work], VirtualMachine | None]
"""Makes what a failure in the middle of the work leaves behind. It returns the VM as it is then, None if it is gone."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of task.

    A kind that `changes` its VM locks it. A kind that `pauses` stops it until the end, so that a snapshot shows one
    moment. `works_disk` kinds show as peaks in the statistics. A kind that `fetches` has data in its scope, as JSON.
    `leave` makes what a failure leaves behind. A kind that `installs` a system tells its scope as an object, and its
    failure as `Error` with the scope `cancelled`; its context repeats nothing of the call (contract 11.3). `context_action` is the action that the context names,
    if that is not the one that starts the task.
    """

    stages: tuple[Stage, ...]
    finish: Finish
    changes: bool = True
    pauses: bool = False
    works_disk: bool = False
    fetches: bool = False
    installs: bool = False
    context_action: str | None = None
    leave: Leave = lambda _unit, work: work.vm


KINDS: Registry[KindName, Kind] = Registry("kinds of task")
"""All kinds, by the module and the action that start such tasks."""


def kind_of(task: Task) -> Kind:
    return KINDS[task.module, task.action]


def kinds_where(condition: Callable[[Kind], bool]) -> tuple[KindName, ...]:
    return tuple(name for name, kind in KINDS.items() if condition(kind))


def actions_with_tasks() -> list[str]:
    """Return the names of the actions that start tasks, sorted."""
    return sorted({action for _, action in KINDS})


def holds_still(task: Task) -> bool:
    """Tell whether a task under way keeps its VM from changing."""
    return kind_of(task).pauses and not was_queued(task)
