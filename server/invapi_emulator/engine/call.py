"""A call as its handler gets it, and how a call is identified."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import Struct, field
from pydantic import BaseModel

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.randomness import Chance, chance_of
from invapi_emulator.storage.owners import OwnerWord
from invapi_emulator.storage.unit_of_work import UnitOfWork

Value: TypeAlias = "str | tuple[Value, ...] | dict[str, Value]"
Fields: TypeAlias = Mapping[str, Value]
"""A form as PHP reads it: a value is a string, a list of values, or a map of them by name."""

MAX_INDEX = 2**63 - 1
_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,18}")

MAX_FIELDS = 1_000
"""Maximum number of fields of a call."""

Body: TypeAlias = dict[str, Any]
"""The body that a handler returns. `result`, `module` and `action` are added unless it has a `result` of its own.

A handler that returns None has moved the clock. It runs again once all due tasks have taken effect.
"""

P = TypeVar("P", bound=BaseModel)


def is_index(name: str) -> bool:
    """Tell whether PHP reads the text between brackets as a number: `7` and `-7`, but not `07`."""
    return _NUMBER.fullmatch(name) is not None and -MAX_INDEX - 1 <= int(name) <= MAX_INDEX


class Call(Struct, Generic[P], frozen=True):
    """A call: its parameters, its account, and one `now` for all of it.

    `caller` is the account; None for a call without a token, which only a public action gets. `fired` collects the kinds of the fault rules that fire on it.
    """

    module: str
    action: str
    params: P
    fields: Fields
    caller: Account | None
    now: Instant
    real_now: Instant
    address: str
    fired: list[str] = field(default_factory=list)

    @property
    def account(self) -> Account:
        assert self.caller is not None, "a public action asks for `caller`"
        return self.caller

    @property
    def chance(self) -> Chance:
        return chance_of(self.account)


class Prepared(Struct, frozen=True):
    """An answer that was built for an earlier call, as JSON. It has no secret, and repeats nothing of the call."""

    body: bytes
    text: str


Handler: TypeAlias = Callable[[UnitOfWork, Call[P]], Body | Prepared | None]


@dataclass(frozen=True, slots=True)
class Identification:
    """How the fields of a call identify its account.

    `word` returns the word that the account is found by, or None. `check` raises an ApiError unless the fields, sent
    from an address, belong to the unit's account.
    """

    word: Callable[[Fields], OwnerWord | None]
    check: Callable[[UnitOfWork, Fields, str], None]
