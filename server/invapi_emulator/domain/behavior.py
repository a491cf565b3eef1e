"""An account's behavior: its profile, and the options of its assumptions."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct, field

from invapi_emulator.contract.assumptions.assumption import Assumed

Profile: TypeAlias = Literal["instant", "realistic", "slow", "hostile"]

PACE: Mapping[Profile, float] = {"instant": 0, "realistic": 1, "slow": 5, "hostile": 1}
"""The factor on the planned length of each stage of a task."""

MOST_HOSTILE = 4
"""A hostile world's stages take up to so many times as long, or as short, as planned."""


class Conduct(Struct, frozen=True):
    profile: Profile = "realistic"
    assumed: Assumed = field(default_factory=Assumed)

    def changed(self, profile: Profile | None = None, assume: Mapping[str, str] | None = None) -> "Conduct":
        """Return a copy with these parts changed; raises ValueError for an unknown assumption or option."""
        return Conduct(profile or self.profile, self.assumed.changed(assume or {}))
