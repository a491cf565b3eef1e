"""The table of actions: what a call is, and which function answers it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import Struct, field
from pydantic import BaseModel

from invapi_emulator.contract.registry import Registry
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


@dataclass(frozen=True, slots=True)
class Action:
    """An action of the imitated API.

    `clause` is the number of docs/fidelity.md that tells of it. `refusal` is the text before ` <id> - why` (contract 2.4), None where an action is about no VM.
    `identified_by` is None where a token tells whose call it is. `fields_read` are those of a call that matter; others
    are ignored.
    """

    module: str
    name: str
    params: type[BaseModel]
    clause: str
    handler: Handler[Any]
    refusal: str | None
    identified_by: Identification | None
    fields_read: frozenset[str]


MODULES: set[str] = set()
"""The names of all modules, also of those without an action that is emulated."""

ACTIONS: Registry[tuple[str, str], Action] = Registry("actions")

NOT_EMULATED: dict[str, frozenset[str]] = {}
"""Actions that the vendor documents and the emulator does not have, by module (contract 2.6)."""


def action(
    module: str,
    name: str,
    params: type[P],
    clause: str,
    *,
    refusal: str | None = None,
    identified_by: Identification | None = None,
) -> Callable[[Handler[P]], Handler[P]]:
    """Put a handler into the table; a second one of the same name is an error."""

    def register(handler: Handler[P]) -> Handler[P]:
        MODULES.add(module)
        read = {"action", *params.model_fields, *(["token"] if identified_by is None else [])}
        made = Action(module, name, params, clause, handler, refusal, identified_by, frozenset(read))
        ACTIONS.add((module, name), made)
        return handler

    return register


def not_emulated(module: str, *names: str) -> None:
    MODULES.add(module)
    NOT_EMULATED[module] = NOT_EMULATED.get(module, frozenset()) | frozenset(names)


def modules() -> list[str]:
    return sorted(MODULES)


def actions_of(module: str) -> list[str]:
    return sorted(name for of, name in ACTIONS if of == module)
