"""Ordering faults: the fields of a rule, and the refusals of invalid ones."""

from typing import Any

import pytest

from invapi_emulator.engine.action import modules
from invapi_emulator.engine.faults.kinds import FAULTS
from tests.support.harness import Emulator, Json

ORDERS: list[Json] = [
    {"kind": "http_status", "status": 500},
    {"kind": "rate_limit", "budget": 1, "per": 1},
    {"kind": "latency", "seconds": 1},
    {"kind": "slow_task", "factor": 2},
    {"kind": "stale_list", "seconds": 5},
    {"kind": "not_ready"},
]


def complete(kind: str) -> Json:
    return next((order for order in ORDERS if order["kind"] == kind), {"kind": kind})


def refused(emulator: Emulator, body: Any) -> Json:
    error: Json = emulator.control("POST", "/faults", body, status=422)["error"]
    assert emulator.control("GET", "/faults") == {"faults": []}
    return error


@pytest.mark.parametrize("kind", sorted(FAULTS))
def test_every_kind_can_be_ordered_and_is_shown_with_its_counts(emulator: Emulator, kind: str) -> None:
    rule = emulator.control("POST", "/faults", complete(kind), status=201)
    assert rule | complete(kind) == rule
    wanted = {"id": 1, "match": {}, "skip": 0, "times": 1, "probability": 1, "fired": 0, "enabled": True}
    assert rule | wanted == rule
    assert emulator.control("GET", "/faults") == {"faults": [rule]}


@pytest.mark.parametrize("kind", sorted(FAULTS))
def test_no_kind_accepts_a_field_of_another(emulator: Emulator, kind: str) -> None:
    error = refused(emulator, complete(kind) | {"colour": "red"})
    assert (error["field"], error["message"]) == ("colour", "colour: unknown field")


def test_an_ordered_rule_is_shown(emulator: Emulator) -> None:
    match = {"module": "vm", "action": "create_snapshot", "id": 12345, "fields": {"name": "a"}}
    order = {"kind": "reject", "message": "x", "match": match, "skip": 1, "times": None, "probability": 0.5}
    rule = emulator.control("POST", "/faults", order, status=201)
    assert rule == order | {"id": 1, "code": -1, "enabled": True, "seen": 0, "fired": 0}


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"kind": "no"}, "kind", "'no': unknown kind of fault (known: connection_reset, deploy_fails"),
        ({}, "kind", "kind: this field is required"),
        ([], None, "expected a JSON object"),
        ({"kind": "reject", "match": {"modul": "vm"}}, "match.modul", "unknown field"),
        (
            {"kind": "reject", "match": {"module": "vim"}},
            "match.module",
            f"there are {', '.join(modules())}",
        ),
        ({"kind": "reject", "match": {"action": "fly"}}, "match.action", "no module has no such action"),
        ({"kind": "reject", "match": {"module": "eq", "action": "login"}}, "match.action", "eq has no such"),
        ({"kind": "reject", "match": {"id": "x"}}, "match.id", "valid integer"),
        ({"kind": "reject", "code": 0}, "code", "less than 0"),
        ({"kind": "reject", "times": 0}, "times", "greater than or equal to 1"),
        ({"kind": "reject", "skip": -1}, "skip", "greater than or equal to 0"),
        ({"kind": "reject", "probability": 0}, "probability", "greater than 0"),
        ({"kind": "http_status"}, "status", "this field is required"),
        ({"kind": "http_status", "status": 200}, "status", "greater than or equal to 400"),
        ({"kind": "task_fails", "at": 1.5}, "at", "less than or equal to 1"),
        ({"kind": "latency"}, None, "either `seconds`, or `distribution`"),
        ({"kind": "latency", "seconds": 1, "low": 2}, None, "either `seconds`, or `distribution`"),
        ({"kind": "latency", "distribution": "uniform", "low": 1}, None, "either `seconds`"),
        ({"kind": "latency", "distribution": "uniform", "low": 2, "high": 1}, None, "`low` 2 is more than"),
        ({"kind": "latency", "distribution": {"type": "normal"}}, "distribution", "'uniform' or 'lognormal'"),
    ],
)
def test_an_invalid_rule_is_refused_with_its_place(
    emulator: Emulator, body: Any, field: str | None, words: str
) -> None:
    error = refused(emulator, body)
    assert (error["reason"], error["field"]) == ("invalid", field)
    assert words in error["message"]


def test_missing_rules_are_404(emulator: Emulator) -> None:
    emulator.control("PATCH", "/faults/9", {"enabled": False}, status=404)
    error = emulator.control("DELETE", f"/faults/{2**80}", status=404)["error"]
    assert error["reason"] == "fault_not_found"


def test_only_enabled_can_be_changed(emulator: Emulator) -> None:
    emulator.control("POST", "/faults", {"kind": "reject"}, status=201)
    error = emulator.control("PATCH", "/faults/1", {"times": 3}, status=422)["error"]
    assert error["field"] in {"times", "enabled"}


def test_rules_of_one_account_do_not_affect_another(emulator: Emulator) -> None:
    other = emulator.http.post("/_emulator/accounts").json()
    emulator.control("POST", "/faults", {"kind": "reject", "times": None}, status=201)
    assert emulator.call("eq", "list", token=other["token"])["result"] == "OK"
    assert emulator.http.get(f"/_emulator/accounts/{other['name']}/faults").json() == {"faults": []}
    emulator.http.delete(f"/_emulator/accounts/{other['name']}")


@pytest.mark.parametrize("value", ["\ud800", ["a", "\ud800"], None, True, 1.5, {"a": {"b": "c"}}, [["a"]]])
def test_a_field_that_no_form_can_contain_is_refused(emulator: Emulator, value: Any) -> None:
    error = refused(emulator, {"kind": "reject", "match": {"fields": {"name": value}}})
    assert error["field"] == "match.fields.name"
    refused(emulator, {"kind": "reject", "match": {"fields": {"\ud800": "x"}}})


def test_numbers_and_brackets_are_read_as_in_a_form(emulator: Emulator) -> None:
    match = {"fields": {"id": 12345, "exclude_rotation[]": ["x", 7]}}
    rule = emulator.fault("reject", match=match)
    assert rule["match"] == {"fields": {"id": "12345", "exclude_rotation": ["x", "7"]}}
    names: Json = {"exclude_rotation[]": ["x", "7"]}
    assert emulator.call_vm("update_restore_settings", **names)["reason"] == "fault"
