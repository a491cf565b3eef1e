"""Faults: a rule with the fields of its kind, and its effect in its phase."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field

from invapi_emulator.domain.instants import SECOND, Instant
from invapi_emulator.domain.tasks import Task
from invapi_emulator.engine.call import Call
from invapi_emulator.engine.faults.match import Match
from invapi_emulator.errors import ApiError
from invapi_emulator.storage.unit_of_work import UnitOfWork

Phase: TypeAlias = Literal["before", "after", "task", "check", "effect"]
Cut: TypeAlias = Literal["reset", "close"]
Window: TypeAlias = dict[str, Any]
Draw: TypeAlias = Callable[[str], float]
"""Returns a number in [0, 1) for a purpose: always the same for the same firing of the same rule."""

NotNegative = Annotated[int, Field(ge=0, lt=2**31, strict=True)]
Seconds = Annotated[float, Field(ge=0, le=86_400, strict=True, allow_inf_nan=False)]
SomeSeconds = Annotated[float, Field(ge=1 / SECOND, strict=True, allow_inf_nan=False)]
"""A length of time that is not none. Times are whole microseconds, so one is the least."""

Share = Annotated[float, Field(ge=0, le=1, strict=True, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"\A[^\x00]*\z", strict=True)]


class Reply(Struct, frozen=True):
    """How an answer reaches its client.

    `refusal` replaces the body. `delay` (seconds) and `bytes_per_second` are real time. Only the `share` of the body is
    sent. With a `cut` the connection ends without a byte.
    """

    body: bytes = b""
    refusal: ApiError | None = None
    delay: float = 0
    bytes_per_second: int | None = None
    share: float = 1
    cut: Cut | None = None


class Fault(BaseModel):
    """A rule: the kind with its fields, and when it fires.

    It skips the first `skip` matching calls, then fires at most `times` times (null: always), each time with this
    probability.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    phase: ClassVar[Phase]

    kind: str
    match: Match = Match()
    skip: NotNegative = 0
    times: Annotated[int, Field(ge=1, lt=2**31, strict=True)] | None = 1
    probability: Annotated[float, Field(gt=0, le=1, strict=True, allow_inf_nan=False)] = 1

    def applies_to(self, _call: Call[Any], /) -> bool:
        """Tell whether this kind can apply to such a call."""
        return True

    def is_drawn(self, draw: Draw, /) -> bool:
        """Tell whether its probability lets it fire."""
        return self.probability == 1 or draw("fires") < self.probability

    def should_fire(self, window: Window | None, _real_now: Instant, /) -> tuple[bool, Window | None]:
        """Tell whether it fires on this call, and return its new window."""
        return True, window


class Firing(Struct, frozen=True):
    """A rule that fires on a call."""

    fault: Fault
    unit: UnitOfWork
    call: Call[Any]
    window: Window | None
    draw: Draw


class BeforeFault(Fault):
    """Responds in place of the call, which has no effect."""

    phase = "before"

    def respond(self, firing: Firing, /) -> ApiError | Cut:
        raise NotImplementedError


class AfterFault(Fault):
    """Applies to the answer, after the call's effect. With `needs_acceptance` it does not apply to refusals."""

    phase = "after"
    needs_acceptance: ClassVar[bool] = False

    def apply(self, reply: Reply, draw: Draw, /) -> Reply:
        raise NotImplementedError


class TaskFault(Fault):
    """Applies to the task that an accepted call starts. The rule has fired then."""

    phase = "task"

    def apply(self, task: Task, draw: Draw, /) -> Task:
        raise NotImplementedError


class EffectFault(Fault):
    """Changes what an accepted call does. The call's handler asks for it."""

    phase = "effect"


class CheckFault(Fault):
    """Applies to the check of a task that has ended: the answer is that of a task under way."""

    phase = "check"

    def applies_to(self, call: Call[Any], /) -> bool:
        return (call.module, call.action) == ("eq_callback", "check")
