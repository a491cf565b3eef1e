"""Whole numbers: there is one way to write each, in bodies, paths, queries and options."""

from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel, ValidationError

from invapi_emulator.control.call_filter import FilterInQuery
from invapi_emulator.control.failures import ErrorView, FailureView
from invapi_emulator.control.verify import Expectation
from invapi_emulator.control.views import View
from invapi_emulator.domain.money import parse_money
from invapi_emulator.engine.faults.match import Match
from invapi_emulator.settings import Settings
from invapi_emulator.worlds.fields import ClockChange
from invapi_emulator.worlds.schema import CountersSpec, VmSpec
from tests.support.harness import Emulator, Json

WORDS = ["1.0", "+1", "%201", "1%20", "01", "1_0", "-1", "1e0", "0x1", "%D9%A1", "9" * 400]
VERIFY = "/requests/verify"
BASE = "/_emulator/accounts/demo"


def _models(of: type[BaseModel] = BaseModel) -> Iterator[type[BaseModel]]:
    """Yield the models that bodies for the control API are read with."""
    for model in of.__subclasses__():
        if model.__module__.startswith("invapi_emulator.") and not issubclass(
            model, View | ErrorView | FailureView
        ):
            if (
                model.__module__.split(".")[1] in {"control", "worlds", "engine"}
                and model is not FilterInQuery
            ):
                yield model
            yield from _models(model)


def _takes_numbers(kind: Any, metadata: Iterable[Any] = ()) -> bool:
    if parse_money in [
        getattr(each, "func", None) for each in (*metadata, *getattr(kind, "__metadata__", ()))
    ]:
        return False  # an amount of money, which has decimal places
    if get_origin(kind) in (Annotated, Union, UnionType):
        return any(map(_takes_numbers, get_args(kind)))
    return kind is int


FIELDS = {
    f"{model.__name__}.{name}": (model, name)
    for model in _models()
    for name, field in model.model_fields.items()
    if _takes_numbers(field.annotation, field.metadata)
}


@pytest.mark.parametrize("of", FIELDS)
@pytest.mark.parametrize("value", [True, 1.0, "1"])
def test_a_body_takes_a_whole_number_only_as_such(of: str, value: object) -> None:
    model, name = FIELDS[of]
    with pytest.raises(ValidationError) as wrong:
        model.model_validate({name: value})
    assert name in {error["loc"][0] for error in wrong.value.errors()}


def test_all_models_are_looked_at() -> None:
    models = {model for model, _ in FIELDS.values()}
    assert {Expectation, VmSpec, CountersSpec, Match, ClockChange} <= models


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", VERIFY, {"id": True, "count": 0}, "id"),
        ("POST", VERIFY, {"id": 12345.0, "count": 0}, "id"),
        ("POST", VERIFY, {"since_id": True, "count": 0}, "since_id"),
        ("PUT", "/state", {"version": True}, "version"),
        ("PUT", "/state", {"version": 1.0}, "version"),
        ("PUT", "/state", {"version": 2}, "version"),
        ("PATCH", "/vms/12345", {"id": 12345.0}, "id"),
    ],
)
def test_what_only_equals_a_number_is_refused(
    emulator: Emulator, method: str, path: str, body: Json, field: str
) -> None:
    assert emulator.control(method, path, body, status=422)["error"]["field"] == field


@pytest.mark.parametrize("words", WORDS)
def test_an_id_in_a_path_is_digits(emulator: Emulator, words: str) -> None:
    rule = emulator.control("POST", "/faults", {"kind": "reject"}, status=201)
    emulator.control("POST", "/vms", {"id": 1}, status=201)
    for method in ("GET", "PATCH", "DELETE"):
        body: Json | None = None if method != "PATCH" else {}
        assert emulator.http.request(method, f"{BASE}/vms/{words}", json=body).status_code == 404
    for method in ("PATCH", "DELETE"):
        change = {"enabled": False} if method == "PATCH" else None
        refused = emulator.http.request(method, f"{BASE}/faults/{words}", json=change)
        assert refused.status_code == 422
        assert "expected a whole number: up to 40 digits without sign" in refused.json()["error"]["message"]
    assert emulator.control("GET", "/faults")["faults"] == [rule]


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("name", ["id", "since_id"])
@pytest.mark.parametrize("path", [f"{BASE}/requests", "/_emulator/requests"])
def test_an_id_in_a_query_is_digits(emulator: Emulator, path: str, name: str, words: str) -> None:
    refused = emulator.http.get(f"{path}?{name}={words}")
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, name)
    assert emulator.http.get(f"{path}?{name}=0").status_code == 200


@pytest.mark.parametrize("words", ["1_0", "+1", " 1", "1 ", "01", "1.0", "\u0661"])
@pytest.mark.parametrize("name", ["port", "tls_port", "polls", "account_ttl", "seed"])
def test_a_setting_is_digits(name: str, words: str) -> None:
    assert getattr(Settings.model_validate({name: "10"}), name) == 10
    with pytest.raises(ValidationError, match="digits without sign"):
        Settings.model_validate({name: words})


def test_an_unknown_reason_is_refused_with_those_there_are(emulator: Emulator) -> None:
    error = emulator.control("POST", VERIFY, {"reason": "vm_lokced", "count": 0}, status=422)["error"]
    assert error["field"] == "reason"
    assert "'vm_lokced': unknown reason (known: " in error["message"]
    assert "vm_locked" in error["message"]
    emulator.verify(reason="vm_locked", count=0)


def test_a_mark_that_was_never_given_out_is_refused(emulator: Emulator) -> None:
    emulator.call("eq", "list")
    mark = emulator.last_request
    emulator.verify(since_id=mark, count=0)
    error = emulator.control("POST", VERIFY, {"since_id": mark + 1, "count": 0}, status=422)["error"]
    assert error["message"] == f"since_id: {mark + 1}: the newest call has the id {mark}"
