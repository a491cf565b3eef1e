"""`stale_list`: the task ends, but lists show its effect only some time after."""

from typing import Annotated, Any, Literal

from msgspec.structs import replace
from pydantic import Field

from invapi_emulator.domain.instants import SECOND
from invapi_emulator.domain.tasks import Task
from invapi_emulator.engine.call import Call
from invapi_emulator.engine.faults.kind import TaskFault, fault

_LISTED = frozenset({"create_snapshot", "remove_snapshot", "restore_snapshot"})


@fault
class StaleList(TaskFault):
    """About tasks that change what `get_snapshot` lists; `seconds` are on the account's clock."""

    kind: Literal["stale_list"]
    seconds: Annotated[float, Field(gt=0, le=315_360_000, strict=True, allow_inf_nan=False)]

    def concerns(self, call: Call[Any]) -> bool:
        return call.action in _LISTED

    def change(self, task: Task) -> Task:
        return replace(task, stale_for=round(self.seconds * SECOND))
