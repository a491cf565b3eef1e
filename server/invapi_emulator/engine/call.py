"""A call as its handler gets it, and what tells whose call it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import Struct, field
from pydantic import BaseModel

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.randomness import Chance
from invapi_emulator.storage.owners import OwnerWord
from invapi_emulator.storage.unit_of_work import UnitOfWork

Value: TypeAlias = "str | tuple[Value, ...]"
Fields: TypeAlias = Mapping[str, Value]
"""A form as PHP reads it: a value is a string, or an array of values."""

Body: TypeAlias = dict[str, Any]
"""What a handler answers; result, module and action are put around it unless it has a `result` of its own.

None instead: it moved the clock, and is to be asked again when all that fell due has taken effect.
"""

P = TypeVar("P", bound=BaseModel)


class Call(Struct, Generic[P], frozen=True):
    """One call: what was asked, by which account, and the one `now` that holds for all of it.

    `fired` are the kinds of the fault rules that fire on it, as they do.
    """

    module: str
    action: str
    params: P
    fields: Fields
    account: Account
    now: Instant
    real_now: Instant
    chance: Chance
    address: str
    fired: list[str] = field(default_factory=list)


Handler: TypeAlias = Callable[[UnitOfWork, Call[P]], Body | None]


@dataclass(frozen=True, slots=True)
class Identification:
    """How a call's fields tell whose it is.

    `word` returns what the account is found by, None where there is nothing to find. `check` raises an ApiError unless
    the fields, sent from an address, are those of the unit's account.
    """

    word: Callable[[Fields], OwnerWord | None]
    check: Callable[[UnitOfWork, Fields, str], None]
