"""Checking the fields of a call against what its action takes."""

from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from invapi_emulator.actions.parameters import Parameters, VmId, named_in
from invapi_emulator.api.masking import is_hidden
from invapi_emulator.engine.call import Fields
from invapi_emulator.errors import InvalidParameter
from invapi_emulator.process.secret_words import CUT, MASK, names_a_secret

_SHOWN = 60
_VM_ID: TypeAdapter[int] = TypeAdapter(VmId)


def validated(model: type[BaseModel], fields: Fields, module: str = "") -> BaseModel:
    """Return the parameters. Raise InvalidParameter about the first wrong one; `id` comes before others.

    A refusal does not repeat the value of a secret. Which fields hold one depends on the `module`.
    """
    try:
        parameters: BaseModel = model.__pydantic_validator__.validate_python(fields)
    except ValidationError as invalid:
        errors = invalid.errors()
        places = [error["loc"] for error in errors]
        words = model.words_for(errors) if issubclass(model, Parameters) and ("id",) not in places else None
        if words is not None:
            raise InvalidParameter(str(places[0][0]), words) from None
        place = ("id",) if ("id",) in places else places[0]
        raise _invalid(model, place, fields, module) from None
    else:
        return parameters


def vm_id_in(fields: Fields) -> int | None:
    """Return the id of the VM that a call is about, if that field is valid."""
    if "id" not in fields:
        return None
    try:
        return _VM_ID.validate_python(fields["id"])
    except ValidationError:
        return None


def _invalid(
    model: type[BaseModel], place: tuple[int | str, ...], fields: Fields, module: str
) -> InvalidParameter:
    """Return the error about the parameter at a place, which may be a field of a map: `params[name]`."""
    name = str(place[0])
    field, sent = model.model_fields[name], fields.get(name)
    hidden, inner = is_hidden(name, module), named_in(field)
    if inner is not None and len(place) > 1 and isinstance(sent, dict):
        within = str(place[1])
        hidden = hidden or names_a_secret(within)
        name, field, sent = f"{name}[{within}]", inner.model_fields[within], sent.get(within)
    shown = "it is missing" if sent is None else _length_of(sent) if hidden else shortened(sent)
    return InvalidParameter(name, f"invalid parameter {name}: {shown}; it takes {what_it_takes(field)}")


def what_it_takes(field: FieldInfo) -> str | None:
    """Return the description of a parameter's type, also of an optional one."""
    inner = (part for option in get_args(field.annotation) for part in getattr(option, "__metadata__", ()))
    return field.description or next(
        (part.description for part in inner if isinstance(part, FieldInfo)), None
    )


def _length_of(value: Any) -> str:
    """Return what is shown of the value of a secret."""
    return f"{MASK} ({len(value)} characters)" if isinstance(value, str) else f"{MASK} (an array)"


def shortened(value: Any) -> str:
    """Return what was sent, an array as one, cut to a length that fits a message. Of a map only its names are shown."""
    if isinstance(value, dict):
        return f"an array with names: {shortened(', '.join(value))}"
    shown = ascii(list(value) if isinstance(value, tuple) else value)
    if len(shown) > _SHOWN:
        shown = f"{shown[:_SHOWN]}{CUT} ({len(value)} long)"
    return f"the array {shown}" if isinstance(value, tuple) else shown
