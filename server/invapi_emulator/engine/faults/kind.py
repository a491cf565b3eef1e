"""What a kind of fault is: its fields, and what it does in its phase."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar, get_args

from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field

from invapi_emulator.contract.registry import Registry
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.tasks import Task
from invapi_emulator.engine.call import Call
from invapi_emulator.engine.faults.match import Match
from invapi_emulator.errors import ApiError
from invapi_emulator.storage.unit_of_work import UnitOfWork

Phase: TypeAlias = Literal["before", "after", "task"]
Cut: TypeAlias = Literal["reset", "close"]
Window: TypeAlias = dict[str, Any]
Draw: TypeAlias = Callable[[str], float]
"""Answers a number in [0, 1) for a purpose, the same one for the same firing of the same rule."""

Count = Annotated[int, Field(ge=0, lt=2**31, strict=True)]
Seconds = Annotated[float, Field(ge=0, le=86_400, strict=True, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, strict=True, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1, max_length=1000, strict=True)]


class Reply(Struct, frozen=True):
    """How an answer reaches its client.

    `refusal` is answered instead of the body; `delay` and `bytes_per_second` are on real time; of the body only
    the `share` is sent; with a `cut` the connection ends without a byte.
    """

    body: bytes = b""
    refusal: ApiError | None = None
    delay: float = 0
    bytes_per_second: int | None = None
    share: float = 1
    cut: Cut | None = None


class Fault(BaseModel):
    """A rule: the kind with its fields, and when it fires.

    It passes over the first `skip` calls that match, then fires at most `times` times (null: always), each time
    with this probability.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    phase: ClassVar[Phase]

    kind: str
    match: Match = Match()
    skip: Count = 0
    times: Annotated[int, Field(ge=1, lt=2**31, strict=True)] | None = 1
    probability: Annotated[float, Field(gt=0, le=1, strict=True, allow_inf_nan=False)] = 1

    def concerns(self, call: Call[Any]) -> bool:  # noqa: ARG002 - kinds that are about some calls only say so
        return True

    def trips(self, window: Window | None, real_now: Instant) -> tuple[bool, Window | None]:  # noqa: ARG002
        """Tell whether it fires on this call, and what it remembers of it; a kind that counts calls says more."""
        return True, window


class BeforeFault(Fault):
    """Acts in place of the call, of which nothing is done."""

    phase = "before"

    def instead(self, unit: UnitOfWork, call: Call[Any], window: Window | None) -> ApiError | Cut:
        raise NotImplementedError


class AfterFault(Fault):
    """Acts on the answer, when all is done and committed; `needs_acceptance`: not on that of a refused call."""

    phase = "after"
    needs_acceptance: ClassVar[bool] = False

    def change(self, reply: Reply, draw: Draw) -> Reply:
        raise NotImplementedError


class TaskFault(Fault):
    """Acts on the task that an accepted call starts, and has fired then."""

    phase = "task"

    def change(self, task: Task) -> Task:
        raise NotImplementedError


FAULTS: Registry[str, type[Fault]] = Registry("kinds of fault")

F = TypeVar("F", bound=Fault)


def fault(kind: type[F]) -> type[F]:
    """Put a kind into the table, under the word that its field `kind` takes."""
    (word,) = get_args(kind.__pydantic_fields__["kind"].annotation)
    FAULTS.add(word, kind)
    return kind
