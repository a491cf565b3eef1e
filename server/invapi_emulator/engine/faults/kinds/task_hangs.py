"""`task_hangs`: the task never ends, and never falls due."""

from typing import Literal

from msgspec.structs import replace

from invapi_emulator.domain.tasks import Task, at_share
from invapi_emulator.engine.faults.kind import Share, TaskFault, fault


@fault
class TaskHangs(TaskFault):
    """`at` is the part of its planned life after which it goes no further."""

    kind: Literal["task_hangs"]
    at: Share = 0.5

    def change(self, task: Task) -> Task:
        return replace(task, due_at=None, stops_at=at_share(task, self.at))
