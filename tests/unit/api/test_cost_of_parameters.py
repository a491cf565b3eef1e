"""No field of any action costs more calls of functions than its size deserves, however it is refused."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from invapi_emulator.engine.action import ACTIONS
from tests.support.counted_calls import counted_calls
from tests.support.offenders import assert_none

SIZE = 100_000
WORST: dict[str, Any] = {
    "addresses": "::1," * SIZE,
    "numbers": "1," * SIZE,
    "words": "a " * SIZE,
    "texts": ("a",) * 1_000,
    "map": {str(number): "a" for number in range(1_000)},
}


def _cost(params: type[Any], field: str, value: Any) -> int:
    with counted_calls() as calls:
        try:
            params.model_validate({field: value})
        except ValidationError as wrong:
            wrong.errors()
    return calls.number


def _maps_of(params: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield the models of fields that are maps, as `params[ip]`."""
    for field in params.model_fields.values():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield field.annotation


@pytest.mark.parametrize("kind", WORST)
def test_a_field_costs_little(kind: str) -> None:
    fields = {
        f"{action.module}/{action.name} {field}": (model, field)
        for action in ACTIONS.values()
        for model in (action.params, *_maps_of(action.params))
        for field in model.model_fields
    }
    assert {"eq/list ip", "api_keys/add ip", "api_keys/edit ip"} <= fields.keys()
    costs = {name: _cost(*of, WORST[kind]) for name, of in fields.items()}
    assert_none(f"{name}: {cost} calls" for name, cost in costs.items() if cost > SIZE)
