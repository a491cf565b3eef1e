"""Error messages about a world or a body: the place, the value, and what is accepted."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel

from invapi_emulator.control_errors import Unprocessable
from invapi_emulator.domain.instants import iso
from invapi_emulator.engine.faults.kinds import FAULTS
from invapi_emulator.engine.faults.match import Match
from invapi_emulator.process.secret_words import MASK, names_a_secret
from invapi_emulator.process.telling_texts import without_told
from invapi_emulator.suggestions import did_you_mean
from invapi_emulator.worlds.fields import ACCEPTED

_SHOWN = 80
_PLAIN = {
    "dict_type": "expected a JSON object",
    "model_attributes_type": "expected a JSON object",
    "model_type": "expected a JSON object",
    "list_type": "expected a list",
    "tuple_type": "expected a list",
    "too_short": "expected at least {min_length} entries",
    "too_long": "expected at most {max_length} entries",
    "missing": "this field is required",
    "extra_forbidden": "unknown field",
    "union_tag_not_found": "this field is required",
}
_WITHOUT_VALUE = ("missing", "union_tag_not_found", "extra_forbidden")
"""Errors that show no value: there is none, or its name is not known, and so may be that of a secret, misspelt."""
_ABOUT_KIND = ("union_tag_invalid", "union_tag_not_found")


def error_at(place: str, value: Any, accepted: str) -> Unprocessable:
    return Unprocessable("invalid", f"{place}: {_seen(place, value)}: {accepted}", place)


def too_late(place: str, value: int, now: int) -> Unprocessable:
    return error_at(place, iso(value), f"must not be after the account's present time, {iso(now)}")


def invalid(
    error: Mapping[str, Any],
    place: Sequence[str | int],
    model: type[BaseModel] | None = None,
    whole: str = "the body",
) -> Unprocessable:
    """Return the refusal for one of pydantic's errors at this place in the `whole`.

    `model` is what the error is about. Its fields are suggested for an unknown one.
    """
    path = [part for part in place if part not in FAULTS]  # pydantic puts the kind before a rule's fields
    value = error["input"]
    if error["type"] in _ABOUT_KIND:
        path.append("kind")
        value = error["ctx"].get("tag")
    field = ".".join(str(part)[:_SHOWN] for part in path) or None
    given = "" if error["type"] in _WITHOUT_VALUE else f"{_seen(field or '', value)}: "
    meant = _meant(place, error["loc"], model) if error["type"] == "extra_forbidden" else ""
    return Unprocessable("invalid", f"{field or whole}: {given}{_accepted(error)}{meant}", field)


def _meant(place: Sequence[str | int], within: Sequence[str | int], model: type[BaseModel] | None) -> str:
    """Return a suggestion for an unknown field of a fault rule, of its `match`, or of the model."""
    kind = next((FAULTS[str(part)] for part in place if part in FAULTS), None)
    if kind is not None:
        return did_you_mean(place[-1], (Match if place[-2] == "match" else kind).model_fields)
    for part in within[:-1]:
        if model is not None and isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation)
    return "" if model is None else did_you_mean(place[-1], model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model of a field: its own, or that of its entries."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _accepted(error: Mapping[str, Any]) -> str:
    if error["type"] == "string_pattern_mismatch" and error["ctx"]["pattern"] in ACCEPTED:
        return f"expected {ACCEPTED[error['ctx']['pattern']]}"
    if error["type"] == "union_tag_invalid":
        return f"unknown kind of fault (known: {', '.join(sorted(FAULTS))}){did_you_mean(error['ctx']['tag'], FAULTS)}"
    if error["type"] in _PLAIN:
        return _PLAIN[error["type"]].format_map(error.get("ctx", {}))
    return str(error["msg"]).removeprefix("Value error, ")


def _seen(place: str, value: Any) -> str:
    """Return a value as an error message shows it: secrets masked, long values cut."""
    return MASK if any(map(names_a_secret, place.split("."))) else shortened(value)


def shortened(value: Any) -> str:
    """Return the beginning of a value as Python writes it. The rest costs nothing, however large it is."""
    shown = ""
    for part in _written(value):
        shown += part
        if len(shown) > _SHOWN:
            return f"{shown[:_SHOWN]}..."
    return shown


def _written(value: Any) -> Iterator[str]:
    match value:
        case dict():
            yield "{"
            for number, (key, item) in enumerate(value.items()):
                yield ", " if number else ""
                yield from _written(key)
                yield ": "
                yield from _written(MASK if isinstance(key, str) and names_a_secret(key) else item)
            yield "}"
        case list():
            yield "["
            for number, item in enumerate(value):
                yield ", " if number else ""
                yield from _written(item)
            yield "]"
        case str():
            yield ascii(without_told(value[: 2 * _SHOWN])[: _SHOWN + 1])
        case _:
            yield ascii(value)
