"""`rate_limit`: so many calls in a time, then 429 until that time is over."""

from typing import Annotated, Any, Literal

from pydantic import Field

from invapi_emulator.domain.instants import SECOND, Instant
from invapi_emulator.engine.call import Call
from invapi_emulator.engine.faults.kind import BeforeFault, Count, Window, fault
from invapi_emulator.errors import ApiError, Faulted
from invapi_emulator.storage.unit_of_work import UnitOfWork


@fault
class RateLimit(BeforeFault):
    """`budget` calls in `per` seconds, counted from the first one, on real time: that is what a client waits in."""

    kind: Literal["rate_limit"]
    budget: Count
    per: Annotated[float, Field(gt=0, le=86_400, strict=True, allow_inf_nan=False)]

    def trips(self, window: Window | None, real_now: Instant) -> tuple[bool, Window | None]:
        if window is None or real_now >= window["ends_at"]:
            window = {"ends_at": real_now + round(self.per * SECOND), "used": 0}
        used_up = window["used"] >= self.budget
        window = window | {"used": min(window["used"] + 1, self.budget), "asked_at": real_now}
        return used_up, window

    def instead(self, unit: UnitOfWork, call: Call[Any], window: Window | None) -> ApiError:  # noqa: ARG002
        assert window is not None
        left = -(-(window["ends_at"] - window["asked_at"]) // SECOND)
        message = f"more than {self.budget} calls in {self.per:g} s; ask again in {left} s (a fault)"
        return Faulted(message, status=429, retry_after=left)
