"""Filters with many fields: as many as a call may have, each compared with a call only if the call has it."""

import pytest

from invapi_emulator import randomness
from invapi_emulator.storage import hidden_fields
from invapi_emulator.worlds.reading import reading
from tests.support.harness import Emulator, Json

MOST = {f"f{number}": "x" for number in range(1_000)}
ONE_MORE = MOST | {"last": "x"}


RULE: Json = {
    "kind": "reject",
    "times": None,
    "match": {"fields": {f"f{number}": "x" for number in range(100)}},
}
WIDE: Json = {"kind": "reject", "match": {"fields": RULE["match"]["fields"] | {"last": "x"}}}


@pytest.mark.parametrize(
    ("method", "path", "body", "field", "words"),
    [
        ("POST", "/requests/verify", {"count": 0, "fields": ONE_MORE}, "fields", "1001 fields: a call has at most 1000"),
        ("POST", "/faults", WIDE, "match.fields", "101 fields: a rule has at most 100"),
        ("PUT", "/state", {"faults": [WIDE]}, "faults.0.match.fields", "101 fields: a rule has at most 100"),
    ],
)  # fmt: skip
def test_too_many_fields_are_refused(
    emulator: Emulator, method: str, path: str, body: Json, field: str, words: str
) -> None:
    error = emulator.control(method, path, body, status=422)["error"]
    assert error["field"] == field
    assert error["message"].endswith(words)


def test_a_rule_fires_on_a_call_that_has_all_its_fields(emulator: Emulator) -> None:
    emulator.control("POST", "/faults", RULE, status=201)
    fields = RULE["match"]["fields"]
    assert emulator.call("eq", "list", **fields, more="y")["code"] == -1
    assert "servers" in emulator.call("eq", "list", **(fields | {"f99": "y"}))
    assert "servers" in emulator.call("eq", "list", **dict.fromkeys(list(fields)[:99], "x"))


def test_a_world_of_many_rules_is_read_in_steps() -> None:
    assert len(list(reading({"faults": [RULE] * 1_000}))) >= 100


def test_a_mistake_in_a_rule_is_told_with_its_place(emulator: Emulator) -> None:
    error = emulator.control("PUT", "/state", {"faults": [RULE, RULE | {"skip": -1}]}, status=422)["error"]
    assert error["field"] == "faults.1.skip"


def test_a_call_of_the_most_fields_is_found_by_all_of_them(emulator: Emulator) -> None:
    emulator.clear_requests()  # one of another test may hide a field
    sent = dict(list(MOST.items())[:998])
    emulator.call("eq", "list", **sent)
    shown = emulator.requests()[-1]["fields"]
    wanted = {name: "x" for name in shown if name in sent}
    assert wanted
    emulator.verify(fields=wanted, count=1)
    with pytest.raises(AssertionError, match="0 calls match"):
        emulator.verify(fields=wanted | {"f0": "y"}, count=1)


def test_the_nearest_misses_name_the_fields_that_differ(emulator: Emulator) -> None:
    emulator.clear_requests()
    emulator.call("eq", "list", f0="x", f1="y")
    emulator.call("eq", "list", f0="y", f1="y")
    response = emulator.http.post(
        "/_emulator/accounts/demo/requests/verify",
        json={"count": 1, "module": "eq", "fields": {"absent": "x", "f0": "x", "f1": "x"}},
    )
    assert response.status_code == 417
    assert [miss["differs_in"] for miss in response.json()["nearest"]] == [
        ["absent", "f1"],
        ["absent", "f0", "f1"],
    ]


def test_each_expected_field_is_sealed_once_however_many_calls_there_are(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed: list[str] = []
    real = randomness.sealed

    def counted(text: str) -> str:
        sealed.append(text)
        return real(text)

    for _ in range(20):
        emulator.call("eq", "list", password="secret")
    monkeypatch.setattr(hidden_fields, "sealed", counted)
    hidden_fields._name.forget()
    fields = MOST | {"password": "secret"}
    del fields["f0"]
    with pytest.raises(AssertionError):
        emulator.verify(fields=fields, count=1)
    assert len(sealed) == len(fields) + 1


@pytest.mark.parametrize("name", ["params[name]", "b[0]", "c[x][y]", "c[]]"])
def test_a_name_that_no_call_can_have_is_refused_with_how_it_is_sent(emulator: Emulator, name: str) -> None:
    """A brackets' name is collected: it would always count as never sent."""
    first = name.partition("[")[0]
    expected = {"count": 0, "fields": {name: "v"}}
    rule = {"kind": "reject", "match": {"fields": {name: "v"}}}
    for path, body in (("/requests/verify", expected), ("/faults", rule)):
        error = emulator.control("POST", path, body, status=422)["error"]
        assert f'send "{first}"' in error["message"], error
    emulator.call("eq", "list", **{name: "v"})
    assert name not in emulator.control("GET", "/requests")["requests"][-1]["fields"]


@pytest.mark.parametrize("value", ["1", 1, ["1"]])
def test_brackets_behind_a_name_are_a_list_of_what_is_sent(emulator: Emulator, value: object) -> None:
    emulator.control("POST", "/faults", {"kind": "reject", "match": {"fields": {"d[]": value}}}, status=201)
    assert emulator.call("eq", "list", **{"d[]": "1"})["result"] == -1
    for name in ("d", "d[]"):
        wanted = value if name == "d[]" else ["1"]
        expected = {"count": 1, "fields": {name: wanted}}
        assert emulator.control("POST", "/requests/verify", expected)["matched"] == 1


@pytest.mark.parametrize("name", ["a[", "a]", "[a]", "a[b"])
def test_a_name_whose_brackets_are_none_is_compared(emulator: Emulator, name: str) -> None:
    emulator.call("eq", "list", **{name: "v"})
    expected = {"count": 1, "since_id": 0, "fields": {name: "v"}}
    assert emulator.control("POST", "/requests/verify", expected)["matched"] == 1
