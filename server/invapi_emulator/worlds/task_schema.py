"""The schema of a task in a world."""

from typing import Annotated

from pydantic import AfterValidator, Field

from invapi_emulator.domain.clocks import MAX_POLLS
from invapi_emulator.domain.tasks import TaskState
from invapi_emulator.engine.faults.fault import SomeSeconds
from invapi_emulator.engine.faults.kinds import FAULTS
from invapi_emulator.worlds.fields import (
    ActionName,
    AnyText,
    FormFields,
    LongText,
    Number,
    Part,
    PastTimestamp,
    PositiveInt,
    Several,
    TaskKeySpec,
    Text,
    Url,
)


def _known_kind(kind: str) -> str:
    if kind not in FAULTS:
        raise ValueError(f"unknown kind of fault (known: {', '.join(sorted(FAULTS))})")
    return kind


FaultKind = Annotated[str, AfterValidator(_known_kind)]


class StageSpec(Part):
    name: Text
    ends_at: PastTimestamp


class TaskSpec(Part):
    """A task of a VM. Only its action is required.

    By default its key is generated, it is created now, its stages last as long as its kind takes, and it is
    due when the last one ends. `due_at` null means that it hangs. `sequence` is its number in the account's
    world, `stage` the index of its stage, from 0. `fault` and the fields after it come from a fault rule
    (docs/reference/faults.md). `callback` is a URL that is called once it is done.
    """

    action: ActionName
    module: Text | None = None
    key: TaskKeySpec | None = None
    sequence: PositiveInt | None = None
    state: TaskState = "running"
    created_at: PastTimestamp | None = None
    due_at: PastTimestamp | None = None
    ended_at: PastTimestamp | None = None
    stages: Annotated[Several[StageSpec], Field(min_length=1, max_length=100)] | None = None
    context: FormFields = Field(default_factory=dict)
    scope: AnyText | None = None
    debug: LongText | None = None
    error: LongText | None = None
    polls: Annotated[int, Field(ge=0, le=MAX_POLLS, strict=True)] = 0
    spent: Annotated[bool, Field(strict=True)] = False
    stage: Number | None = None
    fault: FaultKind | None = None
    fails_with: LongText | None = None
    stops_at: PastTimestamp | None = None
    forgotten: Annotated[bool, Field(strict=True)] = False
    stale_seconds: Annotated[SomeSeconds, Field(le=315_360_000)] | None = None
    callback: Url | None = None

    @property
    def hangs(self) -> bool:
        return self.due_at is None and "due_at" in self.model_fields_set
