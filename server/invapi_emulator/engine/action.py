"""Actions, and the table of all actions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_args

from pydantic import BaseModel

from invapi_emulator.contract.registry import Registry
from invapi_emulator.engine.call import Body, Handler, Identification
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.engine.tasks.kinds import KINDS, Kind
from invapi_emulator.storage.record import Index


@dataclass(frozen=True)
class Action:
    """An action of the imitated API.

    `label` is its name for people. `clause` is its number in docs/reference/wire.md. `task` is the kind of task that it starts.
    `refusal` is the text before ` <id> - why` (contract 2.4); it is None for an action that is not about a VM.
    `reads` are the indexes that its handler looks in; they are loaded with the VM.
    `identified_by` is None if a token identifies the call. A call of a public action needs no token; one that is sent
    must be valid. `id_is_vm` is false if the field `id` names something else than a VM. `has_envelope` is false if the
    answer is the handler's body and nothing else. `ignored` are documented parameters that nothing reads, each with the
    reason.
    """

    module: str
    name: str
    label: str
    clause: str
    params: type[BaseModel]
    handler: Handler[Any]
    examples: tuple[Example, ...]
    refusal_examples: tuple[RefusalExample, ...] = ()
    refusal: str | None = None
    task: Kind | None = None
    reads: tuple[Index[Any, Any], ...] = ()
    identified_by: Identification | None = None
    is_public: bool = False
    id_is_vm: bool = True
    has_envelope: bool = True
    ignored: Mapping[str, str] = field(default_factory=dict)

    @property
    def needs_token(self) -> bool:
        return self.identified_by is None and not self.is_public

    @property
    def envelope(self) -> dict[str, str]:
        """What stands around a handler's body that has no `result` of its own (contract 2.1)."""
        return {"result": "OK", "module": self.module, "action": self.name} if self.has_envelope else {}

    def whole(self, body: Body) -> Body:
        """Return the whole answer for a handler's body."""
        return body if "result" in body else self.envelope | body

    def vm_of(self, params: object) -> int | None:
        """Return the id of the VM that the parameters name; None if they name none."""
        vm_id: int | None = getattr(params, "id", None) if self.id_is_vm else None
        return vm_id

    @cached_property
    def fields_read(self) -> frozenset[str]:
        """The fields of a call that are read; others are ignored."""
        token = ["token"] if self.identified_by is None else []
        return frozenset({"action", *self.params.model_fields, *token})

    @cached_property
    def entries_read(self) -> dict[str, frozenset[str]]:
        """The entries that are read of each parameter that is a map."""
        return {
            name: frozenset(option.model_fields)
            for name, field in self.params.model_fields.items()
            for option in get_args(field.annotation) or (field.annotation,)
            if isinstance(option, type) and issubclass(option, BaseModel)
        }


MODULES: set[str] = set()
"""The names of all modules."""

NOT_EMULATED_MODULES: set[str] = set()
"""The names of modules that the vendor documents but the emulator does not have (contract 1.4)."""

ACTIONS: Registry[tuple[str, str], Action] = Registry("actions")

NOT_EMULATED: dict[str, frozenset[str]] = {}
"""Actions that the vendor documents but the emulator does not have, by module (contract 2.6)."""

PARTLY_KNOWN_MODULES: set[str] = set()
"""The names of modules with more actions than anybody documents: none of them is unknown (contract 11.6)."""


def register(module: str, actions: Iterable[Action], not_emulated: Iterable[str] = ()) -> None:
    """Register the actions of a module, and the kinds of their tasks. Raise ValueError if a name is taken."""
    MODULES.add(module)
    missing = NOT_EMULATED.get(module, frozenset()) | frozenset(not_emulated)
    if missing:
        NOT_EMULATED[module] = missing
    for action in actions:
        ACTIONS.add((module, action.name), action)
        if action.task is not None:
            KINDS.add((module, action.name), action.task)


def is_documented(module: str) -> bool:
    """Tell whether the real API has a module of this name."""
    return module in MODULES or module in NOT_EMULATED_MODULES


def has_undocumented_actions(module: str | None) -> bool:
    """Tell whether any action of a module may be one that the real API has."""
    return module in NOT_EMULATED_MODULES or module in PARTLY_KNOWN_MODULES


def modules() -> list[str]:
    return sorted(MODULES)


def actions_of(module: str) -> list[str]:
    return sorted(name for of, name in ACTIONS if of == module)
