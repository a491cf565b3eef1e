"""Filters with many fields: as many as a call may have, each compared with a call only if the call has it."""

from typing import Any

import pytest

from invapi_emulator import randomness
from invapi_emulator.storage import hidden_fields
from tests.support.harness import Emulator

MOST = {f"f{number}": "x" for number in range(1_000)}
ONE_MORE = MOST | {"last": "x"}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/requests/verify", {"count": 0, "fields": ONE_MORE}, "fields"),
        ("/state", {"faults": [{"kind": "reject", "match": {"fields": ONE_MORE}}]}, "faults.0.match.fields"),
    ],
)
def test_more_fields_than_a_call_has_are_refused(
    emulator: Emulator, path: str, body: Any, field: str
) -> None:
    method = "PUT" if path == "/state" else "POST"
    error = emulator.control(method, path, body, status=422)["error"]
    assert error["field"] == field
    assert error["message"].endswith("1001 fields: a call has at most 1000")


def test_a_call_of_the_most_fields_is_found_by_all_of_them(emulator: Emulator) -> None:
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
    hidden_fields._name.cache_clear()
    fields = MOST | {"password": "secret"}
    del fields["f0"]
    with pytest.raises(AssertionError):
        emulator.verify(fields=fields, count=1)
    assert len(sealed) == len(fields) + 1
