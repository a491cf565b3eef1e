"""An account: credentials, clock, seed, and a world of its own."""

import re

from msgspec import Struct

from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.domain.behavior import Behavior
from invapi_emulator.domain.catalogue import Catalogue
from invapi_emulator.domain.clocks import Clock, ClockStart
from invapi_emulator.domain.instants import Instant

DEMO = "demo"
"""The name of the account that every emulator starts with."""

GIVEN_TOKEN_EXPIRES = 4_102_444_800
"""`token_expire` of an account's built-in token: 2100-01-01, in epoch seconds (contract 5.4)."""

_NAME = re.compile("[a-z0-9-]{1,64}")


def is_account_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


class Credentials(Struct, frozen=True):
    api_key: str
    token: str
    user: str
    password: str


class Account(Struct, frozen=True):
    """An account as stored.

    `seeded` is true if the seed was chosen. `generation` counts the account's worlds; a reset starts a new one. The
    built-in token is refused while `token_alive` is false.
    `made_at` and `used_at` are real times, the latter to the minute. `start` and `start_behavior` are what a reset
    returns to. Without a `catalogue` of its own, the account has the server's.
    """

    id: int
    name: str
    credentials: Credentials
    token_alive: bool
    scenario: str
    seed: int
    seeded: bool
    generation: int
    made_at: Instant
    used_at: Instant
    start: ClockStart
    clock: Clock
    start_behavior: Behavior
    behavior: Behavior
    catalogue: Catalogue | None = None

    @property
    def assumed(self) -> Assumed:
        return self.behavior.assumed

    @property
    def customer_id(self) -> int:
        """The number of the customer at the vendor: a function of the seed."""
        return 10_000 + self.seed % 90_000
