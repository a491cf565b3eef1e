"""Arrays and maps in the names of fields: as PHP reads them, and as journal, rules and errors show them."""

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import Field

from invapi_emulator.actions.parameters import Named, Parameters
from invapi_emulator.api.parameters import validated
from invapi_emulator.errors import InvalidParameter
from tests.fuzz.multipart_forms import multipart
from tests.support.harness import MORE, TOKEN, Emulator, Json
from tests.support.php_forms import parsed

LIST = [("action", "list"), ("token", TOKEN)]
_NAMES = st.sampled_from(["params", "x"])
_INSIDE = st.sampled_from(
    ["", " ", "\t", "0", "1", "7", "-7", "07", "-0", "+1", "name", "content", " name", "a b", "1.5", "\u0661", "[a",
     "9223372036854775807", "9223372036854775808", "-9223372036854775808", "99999999999999999999"]
)  # fmt: skip
_BRACKETS = st.builds("[{}]".format, _INSIDE)
_NAME = st.builds(
    "{}{}{}".format,
    _NAMES,
    st.lists(_BRACKETS, max_size=3).map("".join),
    st.sampled_from(["", "", "", "", "z", "[", "[a", "]"]),
)
PAIRS = st.lists(st.tuples(_NAME, st.sampled_from(["", "a", "b", "0", "[]", "{}"])), max_size=8)


def journalled(emulator: Emulator, content: bytes, kind: str) -> Json:
    """Return the fields of a call as the journal shows them."""
    answer = emulator.http.post("/eq.php", content=content, headers={"content-type": kind})
    assert answer.json()["result"] == "OK"
    fields: Json = emulator.requests()[-1]["fields"]
    return {name: value for name, value in fields.items() if name not in {"action", "token"}}


@pytest.mark.clause("1.3")
@settings(max_examples=150 * MORE, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=PAIRS)
@example(pairs=[("params[name]", "a"), ("params[content][]", "b"), ("params[content][]", "c")])
@example(pairs=[("x[9223372036854775807]", "a"), ("x[]", "b")])
@example(pairs=[("x[" + "][".join("abcdefghij") + "][k]", "a")])
@pytest.mark.follows("A-02")
def test_a_form_means_what_php_makes_of_it(emulator: Emulator, pairs: list[tuple[str, str]]) -> None:
    expected = parsed(pairs)
    form = urlencode(LIST + pairs).encode()
    assert journalled(emulator, form, "application/x-www-form-urlencoded") == expected
    assert journalled(emulator, multipart(LIST + pairs), "multipart/form-data; boundary=XX") == expected


@pytest.mark.clause("1.3")
def test_named_brackets_make_a_map_with_lists_in_it(emulator: Emulator) -> None:
    emulator.call("eq", "list", params={"name": "a", "content": ["1", "2"]})
    assert emulator.requests()[-1]["fields"]["params"] == {"name": "a", "content": ["1", "2"]}


class _Record(Named):
    name: str = Field(description="a name")
    content: tuple[str, ...] = Field((), description="an array of lines")


class _Taking(Parameters):
    params: _Record


@pytest.mark.clause("1.3")
@pytest.mark.parametrize(
    ("sent", "about"),
    [
        ({}, "params: it is missing"),
        ({"params": "a"}, "params: 'a'"),
        ({"params": ("a",)}, "params: the array ['a']"),
        ({"params": {"name": "a", "0": "b"}}, "params: an array with names: 'name, 0'"),
        ({"params": {"name": {"deeper": "a"}}}, "params: an array with names"),
        ({"params": {"name": "a", "unread": {"deeper": "a"}}}, "params: an array with names"),
        ({"params": {"name": "a", "content": (("a",),)}}, "params: an array with names"),
        ({"params": {"content": ("a",)}}, "params[name]: it is missing; it takes a name"),
        ({"params": {"name": ("a",)}}, "params[name]: the array ['a']; it takes a name"),
        ({"params": {"name": "a", "content": "b"}}, "params[content]: 'b'; it takes an array of lines"),
    ],
)
def test_what_is_no_map_of_texts_and_lists_is_refused(sent: dict[str, Any], about: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        validated(_Taking, sent)
    assert refused.value.message.startswith(f"invalid parameter {about}")


@pytest.mark.clause("1.3")
@pytest.mark.parametrize("field", ["exclude_rotation[x]", "exclude_rotation[][x]", "id[x]", "type[x][y][]"])
@pytest.mark.follows("A-09")
def test_a_map_for_anything_else_is_refused(emulator: Emulator, field: str) -> None:
    answer = emulator.call("vm", "update_restore_settings", **{"id": 12345, "enable_rotation": 1, field: "a"})
    assert answer["reason"] == "invalid_parameter"
    assert "array" in answer["message"]


@pytest.mark.clause("3.4")
def test_the_context_of_a_task_repeats_a_map(emulator: Emulator) -> None:
    done = emulator.do("eq", "status", params={"name": "a", "content": ["b"]})
    assert done["context"]["params"] == {"name": "a", "content": ["b"]}


def test_secrets_within_a_map_are_masked(emulator: Emulator) -> None:
    sent = {"root_pass": "hunter2-hunter2", "name": "plain", "list": ["HOSTKEY_TOKEN"]}
    more: Json = {"password[x][]": "hunter3-hunter3", "x[][password]": "hunter4-hunter4"}
    key = emulator.start("eq", "status", params=sent, **more)
    emulator.advance(until=key)
    checked = emulator.check(key)["context"]
    assert checked["params"] == sent
    journal = emulator.requests()
    assert journal[-2]["fields"]["params"] == {"root_pass": "***", "name": "plain", "list": ["***"]}
    assert "hunter" not in str(journal)
    assert "plain" in journal[-1]["answer"]


def test_verify_compares_maps_whatever_the_order_of_their_names(emulator: Emulator) -> None:
    emulator.call("eq", "list", params={"b": "1", "a": ["2"], "password": "hunter2-hunter2"})
    wanted = {"a": [2], "b": 1, "password": "hunter2-hunter2"}
    emulator.verify(action="list", fields={"params": wanted}, count=1)
    emulator.verify(action="list", fields={"params": wanted | {"b": 2}}, count=0)


def test_a_fault_rule_matches_a_map(emulator: Emulator) -> None:
    emulator.fault("reject", match={"fields": {"params": {"a": "1"}}}, message="no", times=1)
    assert emulator.call("eq", "list", params={"a": "2"})["result"] == "OK"
    assert emulator.call("eq", "list", params={"a": "1"})["reason"] == "fault"
