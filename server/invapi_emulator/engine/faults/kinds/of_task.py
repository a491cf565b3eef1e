"""Faults of the task that an accepted call starts."""

from typing import Annotated, Any, Literal

from msgspec.structs import replace
from pydantic import Field

from invapi_emulator.domain.instants import SECOND
from invapi_emulator.domain.tasks import PlannedStage, Task, at_share
from invapi_emulator.engine.call import Call
from invapi_emulator.engine.faults.fault import Share, TaskFault, Text

_LISTED = frozenset({"create_snapshot", "remove_snapshot", "restore_snapshot"})


class TaskFails(TaskFault):
    """`task_fails`: the task fails after the part `at` of its planned life, and leaves what its kind leaves then."""

    kind: Literal["task_fails"]
    at: Share = 0.5
    error: Text = "failed by a fault"

    def apply(self, task: Task, /) -> Task:
        return replace(task, due_at=at_share(task, self.at), fails_with=self.error)


class TaskHangs(TaskFault):
    """`task_hangs`: the task stops after the part `at` of its planned life, and never falls due."""

    kind: Literal["task_hangs"]
    at: Share = 0.5

    def apply(self, task: Task, /) -> Task:
        return replace(task, due_at=None, stops_at=at_share(task, self.at))


class SlowTask(TaskFault):
    """`slow_task`: the task takes `factor` times as long; a factor under 1 makes it faster."""

    kind: Literal["slow_task"]
    factor: Annotated[float, Field(gt=0, le=1_000_000, strict=True, allow_inf_nan=False)]

    def apply(self, task: Task, /) -> Task:
        slower = tuple(
            PlannedStage(stage.name, at_share(task, self.factor, of=stage)) for stage in task.stages
        )
        return replace(task, stages=slower, due_at=slower[-1].ends_at)


class KeyForgotten(TaskFault):
    """`key_forgotten`: the task runs, but a check does not know its key."""

    kind: Literal["key_forgotten"]

    def apply(self, task: Task, /) -> Task:
        return replace(task, forgotten=True)


class StaleList(TaskFault):
    """`stale_list`: lists show what the task did only `seconds` after its end, on the account's clock."""

    kind: Literal["stale_list"]
    seconds: Annotated[float, Field(gt=0, le=315_360_000, strict=True, allow_inf_nan=False)]

    def applies_to(self, call: Call[Any], /) -> bool:
        return call.action in _LISTED

    def apply(self, task: Task, /) -> Task:
        return replace(task, stale_for=round(self.seconds * SECOND))
