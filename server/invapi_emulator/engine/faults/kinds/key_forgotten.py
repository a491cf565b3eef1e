"""`key_forgotten`: the task runs, but its key is unknown to the poll."""

from typing import Literal

from msgspec.structs import replace

from invapi_emulator.domain.tasks import Task
from invapi_emulator.engine.faults.kind import TaskFault, fault


@fault
class KeyForgotten(TaskFault):
    kind: Literal["key_forgotten"]

    def change(self, task: Task) -> Task:
        return replace(task, forgotten=True)
