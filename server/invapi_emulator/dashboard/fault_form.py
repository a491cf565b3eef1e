"""A form for each kind of fault, generated from the schema of its fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from invapi_emulator.engine.faults import rules as _rules  # noqa: F401 - importing it fills the table of kinds
from invapi_emulator.engine.faults.fault import Fault
from invapi_emulator.engine.faults.kinds import FAULTS


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form. `type` is its JSON type; `least` and `most` bound a number."""

    name: str
    type: str
    required: bool
    default: Any
    least: Any
    least_is_too_little: bool
    most: Any
    choices: tuple[str, ...]

    @property
    def hint(self) -> str:
        least = (
            ""
            if self.least is None
            else f"{'more than' if self.least_is_too_little else 'at least'} {self.least}"
        )
        most = "" if self.most is None else f"at most {self.most}"
        given = "" if self.default is None else f"default {self.default}"
        return ", ".join(word for word in (least, most, given, "required" if self.required else "") if word)


@dataclass(frozen=True, slots=True)
class KindForm:
    kind: str
    meaning: str
    phase: str
    fields: tuple[FormField, ...]


@cache
def kind_forms() -> tuple[KindForm, ...]:
    return tuple(_form(word, kind) for word, kind in sorted(FAULTS.items()))


def _form(word: str, kind: type[Fault]) -> KindForm:
    schema = kind.model_json_schema()
    required = schema.get("required", ())
    fields = (
        _field(name, shape, required=name in required)
        for name, shape in schema["properties"].items()
        if name not in Fault.model_fields
    )
    meaning, _, _ = (kind.__doc__ or "").partition("\n")
    return KindForm(word, meaning.removeprefix(f"`{word}`: "), kind.phase, tuple(fields))


def _field(name: str, shape: Mapping[str, Any], *, required: bool) -> FormField:
    parts = [part for part in shape.get("anyOf", [shape]) if part.get("type") != "null"]
    part = parts[0]
    return FormField(
        name=name,
        type=part.get("type", "string"),
        required=required,
        default=shape.get("default"),
        least=part.get("minimum", part.get("exclusiveMinimum")),
        least_is_too_little="exclusiveMinimum" in part,
        most=part.get("maximum", part.get("exclusiveMaximum")),
        choices=tuple(part.get("enum", ())),
    )
