"""The shape of a task as people write it."""

from typing import Annotated

from pydantic import Field

from invapi_emulator.domain.clocks import MAX_POLLS
from invapi_emulator.domain.tasks import TaskState
from invapi_emulator.scenarios.fields import (
    ActionName,
    Count,
    FormFields,
    LongText,
    Part,
    PastTimestamp,
    TaskKey,
    Text,
)


class StageSpec(Part):
    name: Text
    ends_at: PastTimestamp


class TaskSpec(Part):
    """A task of a VM; only its action is required.

    Left out: the key is made, it was created now, its stages take what its kind takes, it falls due when the last
    one ends. `due_at` of null says that it hangs. `sequence` is its number in the account's world.
    """

    action: ActionName
    module: Text | None = None
    key: TaskKey | None = None
    sequence: Count | None = None
    state: TaskState = "running"
    created_at: PastTimestamp | None = None
    due_at: PastTimestamp | None = None
    ended_at: PastTimestamp | None = None
    stages: Annotated[tuple[StageSpec, ...], Field(min_length=1, max_length=100)] | None = None
    context: FormFields = Field(default_factory=dict)
    scope: LongText | None = None
    debug: LongText | None = None
    error: LongText | None = None
    polls: Annotated[int, Field(ge=0, le=MAX_POLLS, strict=True)] = 0
    spent: Annotated[bool, Field(strict=True)] = False

    @property
    def hangs(self) -> bool:
        return self.due_at is None and "due_at" in self.model_fields_set
