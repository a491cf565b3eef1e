"""Whatever stands at whatever place of a world: it is refused or read in short steps."""

from collections.abc import Callable, Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from invapi_emulator.control_errors import Unprocessable
from invapi_emulator.worlds.reading import reading
from invapi_emulator.worlds.schema import World
from tests.support.counted_calls import counted_calls
from tests.support.offenders import assert_none

ENTRIES = 100_000
MOST_CALLS = 150_000
"""Each entry of what is too long may cost one call, so that its place is read at most once."""

WORST: dict[str, Any] = {
    "numbers": [1] * ENTRIES,
    "objects": [{}] * ENTRIES,
    "texts": ["a"] * ENTRIES,
    "names": {f"k{number}": 1 for number in range(ENTRIES)},
    "names of objects": {f"k{number}": {} for number in range(ENTRIES)},
    "text": "::1," * ENTRIES,
}

_Wrap = Callable[[Any], Any]


def _inner(annotation: Any, wrap: _Wrap) -> Iterator[tuple[type[BaseModel], _Wrap]]:
    """Yield the models within a type, each with how its description is wrapped there."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, wrap
    elif get_origin(annotation) is Annotated:
        yield from _inner(get_args(annotation)[0], wrap)
    elif get_origin(annotation) in (Union, UnionType):
        for one in get_args(annotation):
            yield from _inner(one, wrap)
    elif get_origin(annotation) is tuple:
        yield from _inner(get_args(annotation)[0], lambda value: wrap([value]))
    elif get_origin(annotation) is dict:
        yield from _inner(get_args(annotation)[1], lambda value: wrap({"a": value}))


def _places(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, _Wrap]]:
    """Yield each place of a description, with a function that returns a description with a value there."""
    for name, field in model.model_fields.items():
        place = f"{path}{name}"

        def put(value: Any, name: str = name) -> Any:
            return {name: value}

        yield place, put
        for kind, wrap in _inner(field.annotation, put):
            yield from ((inner, _within(wrap, filled)) for inner, filled in _places(kind, f"{place}."))


def _within(outer: _Wrap, inner: _Wrap) -> _Wrap:
    return lambda value: outer(inner(value))


PLACES = dict(_places(World))


def _longest_step(given: Any) -> int:
    steps, longest = reading(given), 0
    while True:
        with counted_calls() as calls:
            try:
                next(steps)
            except (StopIteration, Unprocessable):
                return max(longest, calls.number)
        longest = max(longest, calls.number)


@pytest.mark.parametrize("kind", WORST)
def test_no_step_costs_much(kind: str) -> None:
    assert {"vms.tags", "vms.settings", "api_keys.ip", "catalogue.presets.prices"} <= set(PLACES)
    costs = {place: _longest_step(put(WORST[kind])) for place, put in PLACES.items()}
    assert_none(f"{place}: {cost} calls" for place, cost in costs.items() if cost > MOST_CALLS)


STAGES = [{"name": "saving", "ends_at": "2030-01-01T01:00:00Z"}] * 100
CONTEXT = {f"p{part}": {f"q{number}": "v" for number in range(90)} for part in range(100)}
HEAVY: dict[str, Any] = {
    "stages of the tasks of many VMs": [
        {"id": vm, "tasks": [{"action": "status", "stages": STAGES}] * 10} for vm in range(1, 101)
    ],
    "contexts of tasks": [{"id": 1, "tasks": [{"action": "status", "context": CONTEXT}] * 20}],
    "tags of many VMs": [
        {"id": vm, "tags": {f"t{number}": {"value": "v"} for number in range(500)}} for vm in range(1, 101)
    ],
}
MOST_CALLS_OF_HEAVY = 100_000
"""A task of 9,000 values is read in one step."""


@pytest.mark.parametrize("kind", HEAVY)
def test_a_step_ends_after_few_items_that_are_heavy(kind: str) -> None:
    assert _longest_step({"vms": HEAVY[kind]}) <= MOST_CALLS_OF_HEAVY
