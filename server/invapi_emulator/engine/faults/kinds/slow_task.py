"""`slow_task`: the task takes that much longer."""

from typing import Annotated, Literal

from msgspec.structs import replace
from pydantic import Field

from invapi_emulator.domain.tasks import PlannedStage, Task, at_share
from invapi_emulator.engine.faults.kind import TaskFault, fault


@fault
class SlowTask(TaskFault):
    """A `factor` under 1 makes it faster."""

    kind: Literal["slow_task"]
    factor: Annotated[float, Field(gt=0, le=1_000_000, strict=True, allow_inf_nan=False)]

    def change(self, task: Task) -> Task:
        slower = tuple(
            PlannedStage(stage.name, at_share(task, self.factor, of=stage)) for stage in task.stages
        )
        return replace(task, stages=slower, due_at=slower[-1].ends_at)
