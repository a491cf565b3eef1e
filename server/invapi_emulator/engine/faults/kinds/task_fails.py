"""`task_fails`: the task ends in failure, and leaves behind what a failure in the middle of it leaves."""

from typing import Literal

from msgspec.structs import replace

from invapi_emulator.domain.tasks import Task, at_share
from invapi_emulator.engine.faults.kind import Share, TaskFault, Text, fault


@fault
class TaskFails(TaskFault):
    """`at` is the part of its planned life after which it fails."""

    kind: Literal["task_fails"]
    at: Share = 0.5
    error: Text = "failed by a fault"

    def change(self, task: Task) -> Task:
        return replace(task, due_at=at_share(task, self.at), fails_with=self.error)
