"""The schema of fault rules in a world."""

from functools import reduce
from operator import or_
from typing import Annotated, Any

from pydantic import Field, create_model

from invapi_emulator.engine.faults.kinds import FAULTS
from invapi_emulator.whole_numbers import MOST_RULES_MADE
from invapi_emulator.worlds.fields import Number, Part, PositiveInt

_REAL_TIME = Annotated[int, Field(ge=0, lt=2**62, strict=True)]


class WindowSpec(Part):
    """The state of a rate limit. Times are real, in microseconds since 1970."""

    ends_at: _REAL_TIME
    used: Number
    asked_at: _REAL_TIME


class CountedSpec(Part):
    """The state of a rule. `id` is its number in the account's world."""

    id: Annotated[PositiveInt, Field(le=MOST_RULES_MADE)] | None = None
    enabled: Annotated[bool, Field(strict=True)] = True
    seen: Number = 0
    fired: Number = 0
    window: WindowSpec | None = None


FaultSpec: Any = Annotated[
    reduce(
        or_, [create_model(f"{kind.__name__}Rule", __base__=(kind, CountedSpec)) for kind in FAULTS.values()]
    ),
    Field(discriminator="kind"),
]
"""A rule as the control API takes it (docs/reference/faults.md), with its state."""
