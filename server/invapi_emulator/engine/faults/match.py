"""Matching calls with rules."""

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from invapi_emulator.engine.action import ACTIONS, actions_of, modules
from invapi_emulator.engine.call import MAX_FIELDS, Call
from invapi_emulator.storage import tasks
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.suggestions import did_you_mean

_CHECK = ("eq_callback", "check")


def _as_sent(value: Any) -> str | tuple[str, ...] | dict[str, str | tuple[str, ...]]:
    """Return the value of a field as a form has it: as text."""
    if isinstance(value, dict):
        return {_text_of(name): _texts_of(item) for name, item in value.items()}
    return _texts_of(value)


def _texts_of(value: Any) -> str | tuple[str, ...]:
    return tuple(map(_text_of, value)) if isinstance(value, list | tuple) else _text_of(value)


def _text_of(value: Any) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ValueError("send text, a list of texts for an array, or an object of these for a map")  # noqa: TRY004 - pydantic reports only ValueError
    text = str(value)
    text.encode()  # raises UnicodeEncodeError, a ValueError, for a lone surrogate
    return text


def _known_module(module: str) -> str:
    if module not in modules():
        raise ValueError(f"there is no such module; there are {', '.join(modules())}")
    return module


_TEXT_OR_TEXTS = [
    {"type": ["string", "integer"]},
    {"type": "array", "items": {"type": ["string", "integer"]}},
]
ModuleName = Annotated[str, AfterValidator(_known_module)]


def _as_collected(name: str) -> str:
    """Return the name of a field as a call has it. One with brackets is collected under another, and would never match."""
    name = name.removesuffix("[]")
    first, bracket, rest = name.partition("[")
    if first and bracket and "]" in rest:
        inner = rest.partition("]")[0]
        raise ValueError(
            f'no call has a field of this name: {name[:100]} is sent as an entry of a map or array; send "{first[:100]}": '
            f'{{"{inner[:100]}": ...}} with all entries of the map, or a list of all values of an array'
        )
    return name


FieldName = Annotated[str, Field(max_length=1000), AfterValidator(_as_collected)]
FieldValue = Annotated[
    Any,
    PlainValidator(_as_sent),
    WithJsonSchema(
        {
            "anyOf": [
                *_TEXT_OR_TEXTS,
                {"type": "object", "additionalProperties": {"anyOf": _TEXT_OR_TEXTS}},
            ]
        }
    ),
]
"""Text, a list of texts, or a map of these, as a client sends a field."""


MAX_MATCHED = 100
"""Maximum number of fields of a rule. A call may be compared with all rules of its account."""


def _same_action(fields: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
    """Refuse a field `action` beside another `action`: no call has both."""
    named, sent = info.data.get("action"), fields.get("action")
    if named is not None and sent not in (None, named):
        raise ValueError(f"no call can match: its action is '{named}' here, and {sent!r} in `fields`")
    return fields


def _at_most(most: int, why: str) -> BeforeValidator:
    """Refuse more fields than so many, before one is read. A name that ends in `[]` has a list, as it is sent for one."""

    def checked(fields: Any) -> Any:
        if not isinstance(fields, dict):
            return fields
        if len(fields) > most:
            raise ValueError(f"{len(fields)} fields: {why} has at most {most}")
        return {
            name: [value] if str(name).endswith("[]") and isinstance(value, str | int) else value
            for name, value in fields.items()
        }

    return BeforeValidator(checked)


ExpectedFields = Annotated[
    dict[FieldName, FieldValue],
    Field(max_length=MAX_FIELDS),
    _at_most(MAX_FIELDS, "a call"),
    AfterValidator(_same_action),
]
_MatchedFields = Annotated[
    dict[FieldName, FieldValue],
    Field(max_length=MAX_MATCHED),
    _at_most(MAX_MATCHED, "a rule"),
    AfterValidator(_same_action),
]


class Match(BaseModel):
    """A call matches if every part that is given here is equal. `id` is a VM's; for a check, the one of its task.

    `fields` are as the client sends them: text, a list of texts for an array, or an object of these for
    a map.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    module: ModuleName | None = None
    action: str | None = None
    id: Annotated[int, Field(ge=1, lt=2**63, strict=True)] | None = None
    fields: _MatchedFields = {}

    @field_validator("action")
    @classmethod
    def _known_action(cls, action: str | None, info: ValidationInfo) -> str | None:
        module = info.data.get("module")
        known = actions_of(module) if module else sorted({name for _, name in ACTIONS})
        if action is not None and action not in known:
            known_ones = f"there are {', '.join(known)}{did_you_mean(action, known)}"
            raise ValueError(f"{module or 'no module'} has no such action; {known_ones}")
        return action

    def fits(self, unit: UnitOfWork, call: Call[Any]) -> bool:
        return (
            self.module in (None, call.module)
            and self.action in (None, call.action)
            and self.fields.items() <= call.fields.items()
            and (self.id is None or self.id == vm_of(unit, call))
        )


def vm_of(unit: UnitOfWork, call: Call[Any]) -> int | None:
    """Return the id of the VM that a call is about; for a check, the VM of its task."""
    if (call.module, call.action) == _CHECK:
        task = tasks.by_key(unit, call.params.key)
        return None if task is None else task.vm_id
    return ACTIONS[call.module, call.action].vm_of(call.params)
