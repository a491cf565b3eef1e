"""Faults of the task that an accepted call starts."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from msgspec.structs import replace
from pydantic import Field, model_validator

from invapi_emulator.domain.instants import LATEST, SECOND, Instant
from invapi_emulator.domain.tasks import QUEUED, PlannedStage, Task, at_share
from invapi_emulator.engine.call import Call
from invapi_emulator.engine.faults.fault import Draw, Share, SomeSeconds, TaskFault, Text

_LISTED = frozenset({"create_snapshot", "remove_snapshot", "restore_snapshot"})


class TaskFails(TaskFault):
    """`task_fails`: the task fails after the part `at` of its planned life, and leaves what its kind leaves then."""

    kind: Literal["task_fails"]
    at: Share = 0.5
    error: Text = "failed by a fault"

    def apply(self, task: Task, _draw: Draw, /) -> Task:
        return replace(task, due_at=at_share(task, self.at), fails_with=self.error)


class DeployFails(TaskFault):
    """`deploy_fails`: the deploy of an order fails after the part `at` of its planned life. The order stays paid."""

    kind: Literal["deploy_fails"]
    at: Share = 0.5
    error: Text = "the deploy was cancelled by a fault"

    def applies_to(self, call: Call[Any], /) -> bool:
        return (call.module, call.action) == ("eq", "order_instance")

    def apply(self, task: Task, _draw: Draw, /) -> Task:
        return replace(task, due_at=at_share(task, self.at), fails_with=self.error)


class TaskHangs(TaskFault):
    """`task_hangs`: the task stops after the part `at` of its planned life, and never falls due."""

    kind: Literal["task_hangs"]
    at: Share = 0.5

    def apply(self, task: Task, _draw: Draw, /) -> Task:
        return replace(task, due_at=None, stops_at=at_share(task, self.at))


class SlowTask(TaskFault):
    """`slow_task`: each stage takes `factor` times as long; with `spread`, up to `spread` times more or less."""

    kind: Literal["slow_task"]
    factor: Annotated[float, Field(ge=0, le=1_000_000, strict=True, allow_inf_nan=False)]
    spread: Annotated[float, Field(ge=1, le=1_000, strict=True, allow_inf_nan=False)] = 1

    def apply(self, task: Task, draw: Draw, /) -> Task:
        slower = self.slowed(task.stages, task.created_at, draw)
        return replace(task, stages=slower, due_at=slower[-1].ends_at)

    def slowed(self, stages: Iterable[PlannedStage], start: Instant, draw: Draw) -> tuple[PlannedStage, ...]:
        """Return the stages, which begin at `start`, with other lengths; waiting for other tasks keeps its own."""
        slower, end = [], start
        for stage in stages:
            length = stage.ends_at - start
            start = stage.ends_at
            if stage.name != QUEUED:
                length = round(length * self.factor * self.spread ** (2 * draw(stage.name) - 1))
            end = min(end + length, LATEST)
            slower.append(PlannedStage(stage.name, end))
        return tuple(slower)


class KeyForgotten(TaskFault):
    """`key_forgotten`: the task runs, but a check does not know its key."""

    kind: Literal["key_forgotten"]

    def apply(self, task: Task, _draw: Draw, /) -> Task:
        return replace(task, forgotten=True)


class StaleList(TaskFault):
    """`stale_list`: lists show what the task did only `seconds` after its end, or as many as are drawn from `at_least` on."""

    kind: Literal["stale_list"]
    seconds: Annotated[SomeSeconds, Field(le=315_360_000)]
    at_least: Annotated[float, Field(ge=0, le=315_360_000, strict=True, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.at_least is not None and self.at_least > self.seconds:
            raise ValueError(f"`at_least` {self.at_least:g} is more than `seconds` {self.seconds:g}")
        return self

    def applies_to(self, call: Call[Any], /) -> bool:
        return call.action in _LISTED

    def apply(self, task: Task, draw: Draw, /) -> Task:
        least = self.seconds if self.at_least is None else self.at_least
        seconds = least + (self.seconds - least) * draw("seconds")
        return replace(task, stale_for=round(seconds * SECOND) or None)  # a draw from 0 on may be none
