"""The shape of fault rules, and of what they keep from lists, as people write them."""

from functools import reduce
from operator import or_
from typing import Annotated, Any

from pydantic import Field, create_model

from invapi_emulator.engine.faults.kinds import FAULTS
from invapi_emulator.worlds.fields import Number, Part, PositiveInt

_REAL_TIME = Annotated[int, Field(ge=0, lt=2**62, strict=True)]


class WindowSpec(Part):
    """What a rate limit remembers; times are real, in microseconds since 1970."""

    ends_at: _REAL_TIME
    used: Number
    asked_at: _REAL_TIME


class CountedSpec(Part):
    """What has become of a rule: `id` is its number in the account's world."""

    id: PositiveInt | None = None
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
"""A rule as it is ordered (docs/faults.md), and what has become of it."""
