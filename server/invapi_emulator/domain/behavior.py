"""An account's behavior: its profile, and the options of its assumptions."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct, field

from invapi_emulator.contract.assumptions.assumption import Assumed

Profile: TypeAlias = Literal["instant", "realistic", "slow", "hostile"]


class Behavior(Struct, frozen=True):
    profile: Profile = "realistic"
    assumed: Assumed = field(default_factory=Assumed)

    def changed(self, profile: Profile | None = None, assume: Mapping[str, str] | None = None) -> "Behavior":
        """Return a copy with these parts changed; raises ValueError for an unknown assumption or option."""
        return Behavior(profile or self.profile, self.assumed.changed(assume or {}))
