"""JSON in steps: the same values and the same refusals as `json.loads`, the same text as `json.dumps`."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invapi_emulator.worlds.json_text import SMALL, parsing, writing
from invapi_emulator.worlds.steps import at_once
from tests.support.harness import Emulator

STATE = "/_emulator/accounts/demo/state"

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)

SENT = st.text(st.characters(codec="utf-8"))
STREAMED = st.recursive(
    st.none() | st.booleans() | st.integers() | SENT,
    lambda inner: st.lists(inner) | st.dictionaries(SENT, inner),
    max_leaves=30,
)


def with_iterators(value: Any) -> Any:
    """Return the same with an iterator in place of each array, which an object may only have beside others."""
    if isinstance(value, list):
        return iter([with_iterators(item) for item in value])
    if isinstance(value, dict):
        return {name: with_iterators(item) for name, item in value.items()} | {"": iter(())}
    return value


def with_marks(value: Any) -> Any:
    if isinstance(value, list):
        return [with_marks(item) for item in value]
    return (
        {name: with_marks(item) for name, item in value.items()} | {"": []}
        if isinstance(value, dict)
        else value
    )


@given(value=STREAMED)
def test_iterators_are_written_as_arrays_wherever_they_stand(value: Any) -> None:
    assert at_once(writing(value)) == json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    written = json.dumps(with_marks(value), ensure_ascii=False, separators=(",", ":"))
    assert at_once(writing(with_iterators(value))) == written.encode()


REFUSED = [
    b"",
    b" ",
    b"[",
    b"{",
    b"nul",
    b"[1",
    b"[1,",
    b"[,1]",
    b"[1 2]",
    b'[1,"\n"]',
    b'[1,"\\x"]',
    b'[1,"a',
    b'{"a"',
    b'{"a":',
    b'{"a":1',
    b'{"a" 1}',
    b'{"a":1 "b":2}',
    b"{1:2}",
    b"[1]]",
    b"[1] x",
    b"[01]",
    b"[+1]",
]


@given(
    value=VALUES,
    indent=st.sampled_from([None, 1]),
    small=st.sampled_from([1, 8, 64, SMALL]),
    ascii_only=st.booleans(),
)
def test_a_value_is_the_same_whatever_is_parsed_at_once(
    value: Any, indent: int | None, small: int, *, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    body = text.encode("utf-8", "surrogatepass")
    (parsed,) = at_once(parsing(body, small))
    assert repr(parsed) == repr(json.loads(body))


@pytest.mark.parametrize("small", [1, SMALL])
@pytest.mark.parametrize("body", REFUSED)
def test_a_mistake_is_the_same_whatever_is_parsed_at_once(body: bytes, small: int) -> None:
    with pytest.raises(json.JSONDecodeError) as expected:
        json.loads(body)
    with pytest.raises(json.JSONDecodeError) as found:
        at_once(parsing(body, small))
    assert (found.value.msg, found.value.pos) == (expected.value.msg, expected.value.pos)


@pytest.mark.parametrize("small", [1, 16, SMALL])
@pytest.mark.parametrize(
    "body", [b'{"a":1,"b":2,"a":3}', b'[[{"b":{"a":1,"a":1}}]]', b'{"x":[],"a":1,%s"a":3}' % (b" " * SMALL)]
)
def test_a_name_stands_once_in_an_object(body: bytes, small: int) -> None:
    with pytest.raises(json.JSONDecodeError, match="duplicate key 'a'"):
        at_once(parsing(body, small))


def test_a_name_may_stand_in_each_of_several_objects() -> None:
    assert at_once(parsing(b'{"a":{"a":[{"a":1},{"a":2}]}}')) == ({"a": {"a": [{"a": 1}, {"a": 2}]}},)


@pytest.mark.parametrize(("body", "place"), [(b"[%s]", 1), (b"%s", 0), (b'{"a":[1,%s]}', 8)])
def test_an_integer_of_too_many_digits_is_named_with_its_place(body: bytes, place: int) -> None:
    with pytest.raises(json.JSONDecodeError, match="an integer of more than 4,300 digits") as found:
        at_once(parsing(body % (b"9" * 10_000)))
    assert found.value.pos == place


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_what_is_nested_too_deep_is_refused(emulator: Emulator, opening: bytes) -> None:
    response = emulator.http.put(STATE, content=opening * 100_000)
    assert response.status_code == 422
    expected = "the body is not valid JSON: more than 100 levels of arrays and objects"
    assert response.json()["error"]["message"] == expected


@pytest.mark.parametrize(
    "vm",
    [
        '{"id":NaN}',
        '{"id":1e999}',
        '{"id":123456789012345678901234567890}',
        '{"id":1,"hostname":"\\ud800"}',
        '{"id":1,"id":"x"}',
        '{"id":1,}',
        '{"id":%s}' % ("9" * 5_000),
    ],
)
def test_a_large_body_is_answered_as_a_small_one(emulator: Emulator, vm: str) -> None:
    small, large = (
        emulator.http.put(STATE, content=f'{{"vms":[{space}{vm}]}}') for space in ("", " " * SMALL)
    )
    assert small.status_code == large.status_code == 422
    assert small.json() == large.json()
