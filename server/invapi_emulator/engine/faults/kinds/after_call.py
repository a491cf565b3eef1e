"""Faults of an answer: the call is done and kept."""

import math
from statistics import NormalDist
from typing import Annotated, Any, ClassVar, Literal, Self

from msgspec.structs import replace
from pydantic import Field, model_validator

from invapi_emulator.engine.faults.fault import AfterFault, Draw, Reply, Seconds, SomeSeconds, Text
from invapi_emulator.errors import Faulted


class RejectedButDone(AfterFault):
    """`rejected_but_done`: the failure envelope, although the task runs."""

    needs_acceptance: ClassVar[bool] = True

    kind: Literal["rejected_but_done"]
    message: Text = "rejected by a fault"

    def apply(self, reply: Reply, _draw: Draw, /) -> Reply:
        return replace(reply, refusal=Faulted(self.message))


class LostReply(AfterFault):
    """`lost_reply`: the connection is cut before the answer."""

    kind: Literal["lost_reply"]

    def apply(self, reply: Reply, _draw: Draw, /) -> Reply:
        return replace(reply, cut="reset")


class MalformedJson(AfterFault):
    """`malformed_json`: the body is not valid JSON; as HTTP it is whole."""

    kind: Literal["malformed_json"]

    def apply(self, reply: Reply, _draw: Draw, /) -> Reply:
        return replace(reply, body=reply.body[:-1] + b",")


class TruncatedBody(AfterFault):
    """`truncated_body`: the connection ends after half of the body; the headers promise the whole length."""

    kind: Literal["truncated_body"]

    def apply(self, reply: Reply, _draw: Draw, /) -> Reply:
        return replace(reply, share=0.5)


class SlowBody(AfterFault):
    """`slow_body`: the body trickles."""

    kind: Literal["slow_body"]
    bytes_per_second: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 64

    def apply(self, reply: Reply, _draw: Draw, /) -> Reply:
        return replace(reply, bytes_per_second=self.bytes_per_second)


LONGEST = 86_400
_FIELDS = {"uniform": ("low", "high"), "lognormal": ("median", "sigma")}


class Latency(AfterFault):
    """`latency`: the effect at once, the answer late.

    By `seconds`, or by a `distribution`: `uniform` from `low` to `high`, `lognormal` with `median` and `sigma`.
    """

    kind: Literal["latency"]
    seconds: Seconds | None = None
    distribution: Literal["uniform", "lognormal"] | None = None
    low: Seconds | None = None
    high: Seconds | None = None
    median: Annotated[SomeSeconds, Field(le=LONGEST)] | None = None
    sigma: Annotated[float, Field(ge=0, le=10, strict=True, allow_inf_nan=False)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, value: Any) -> Any:
        """Read `"distribution": {"type": "uniform", …}` and `{"uniform": {…}}` too."""
        nested = value.get("distribution") if isinstance(value, dict) else None
        if not isinstance(nested, dict):
            return value
        if len(nested) == 1 and isinstance(next(iter(nested.values())), dict):
            ((type_, fields),) = nested.items()
            nested = {"type": type_, **fields}
        fields = {name: given for name, given in nested.items() if name != "type"}
        return value | {"distribution": nested.get("type")} | fields

    @model_validator(mode="after")
    def _either(self) -> Self:
        wanted = ("seconds",) if self.distribution is None else _FIELDS[self.distribution]
        names = ("seconds", *_FIELDS["uniform"], *_FIELDS["lognormal"])
        given = tuple(name for name in names if getattr(self, name) is not None)
        if given != wanted:
            raise ValueError(
                "it takes either `seconds`, or `distribution` with its own fields: "
                "`uniform` with `low` and `high`, `lognormal` with `median` and `sigma`"
            )
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"`low` {self.low:g} is more than `high` {self.high:g}")
        return self

    def apply(self, reply: Reply, draw: Draw, /) -> Reply:
        return replace(reply, delay=reply.delay + min(self._drawn(draw("latency")), LONGEST))

    def _drawn(self, fraction: float) -> float:
        if self.low is not None and self.high is not None:
            return self.low + (self.high - self.low) * fraction
        if self.median is not None and self.sigma is not None:
            deviation = NormalDist().inv_cdf(max(fraction, 1e-12))
            return self.median * math.exp(self.sigma * deviation)
        return self.seconds or 0
