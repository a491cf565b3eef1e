"""Calls without a token: what the journal, the metrics and fault rules make of them, and what they refuse."""

from typing import Any

import pytest

from invapi_emulator.engine.action import ACTIONS
from tests.support.catalogues import ask
from tests.support.harness import TOKEN, Emulator, Json
from tests.support.offenders import assert_none

FIELDS = [
    (module, action, field)
    for (module, action), found in ACTIONS.items()
    if module in {"presets", "os", "software", "traffic_plans", "stocks"}
    for field in found.params.model_fields
    if field != "currencies"  # its refusal has other words: tests/contract/test_catalogue.py
]
NUMBERS = {"id", "instance_id", "instance"}


def unauthenticated(emulator: Emulator) -> Json:
    newest: Json = emulator.http.get("/_emulator/requests").json()["requests"][-1]
    return newest


def test_a_call_without_a_token_is_an_unauthenticated_request(emulator: Emulator) -> None:
    before = len(emulator.control("GET", "/requests")["requests"])
    ask(emulator, "presets", "show", id=108, secret_token="a" * 32, other="x")
    entry = unauthenticated(emulator)
    assert (entry["module"], entry["action"], entry["result"]) == ("presets", "show", "ok")
    assert entry["fields"] == {"action": "show", "id": "108", "secret_token": "***", "other": "x"}
    assert entry["unread"] == ["secret_token", "other"]
    assert entry["vm"] is None
    assert '"preset"' in entry["answer"]
    assert len(emulator.control("GET", "/requests")["requests"]) == before


def test_a_call_with_a_token_is_in_the_accounts_journal(emulator: Emulator) -> None:
    emulator.call("presets", "show", id=12345, token=TOKEN)
    emulator.call("os", "list", id=12345, token=TOKEN)
    shown, listed = emulator.control("GET", "/requests")["requests"][-2:]
    assert (shown["module"], shown["vm"], shown["unread"]) == ("presets", None, [])
    assert (listed["module"], listed["vm"]) == ("os", 12345)


def test_fault_rules_are_an_accounts_and_fire_only_with_its_token(emulator: Emulator) -> None:
    emulator.fault("reject", match={"module": "presets"}, times=None)
    assert ask(emulator, "presets")["result"] == "OK"
    assert ask(emulator, "presets", token=TOKEN)["reason"] == "fault"


def test_a_rule_about_a_vm_is_not_about_a_preset_of_that_number(emulator: Emulator) -> None:
    emulator.fault("reject", match={"id": 108}, times=None)
    emulator.fault("reject", match={"id": 12345}, times=None)
    assert ask(emulator, "presets", "show", id=108, token=TOKEN)["result"] == "OK"
    assert ask(emulator, "os", id=12345, token=TOKEN)["reason"] == "fault"


def test_the_metrics_count_calls_without_a_token(emulator: Emulator) -> None:
    def counted() -> float:
        lines = emulator.http.get("/metrics").text.splitlines()
        ours = [line for line in lines if line.startswith("invapi_emulator_calls_total{")]
        return sum(float(line.split()[-1]) for line in ours if 'module="software"' in line and '"ok"' in line)

    before = counted()
    ask(emulator, "software")
    assert counted() == before + 1


def wrong_values(field: str) -> dict[str, Any]:
    """Return wrong values for a field, by the name that they are sent with."""
    values = ["", "x" * 201, "\x00", "a\nb"]
    if field in NUMBERS:
        values += ["0", "-1", "1.5", "abc", "2e3", "9" * 30, "\uff11", " 1"]
    if field in {"scope", "bill_period"}:
        values += ["FREE", "weekly"]
    if field == "location":
        values += ["N L", "x" * 17, "N/L"]
    sent: dict[str, Any] = {f"{field}={value[:20]!r}": {field: value} for value in values}
    sent |= {f"{name}=1": {name: "1"} for name in (f"{field}[]", f"{field}[a]", f"{field}[0][1]")}
    return sent


@pytest.mark.parametrize(("module", "action", "field"), FIELDS)
def test_every_wrong_value_of_every_field_is_refused(
    emulator: Emulator, module: str, action: str, field: str
) -> None:
    needed = {"name": "vm.pico"} if action == "search" else {}
    needed |= {"token": TOKEN} if module == "stocks" else {}
    wrong = []
    for told, sent in wrong_values(field).items():
        answer = ask(emulator, module, action, **(needed | sent))
        if answer.get("reason") != "invalid_parameter" or field not in answer["message"]:
            wrong.append(f"{told}: {answer}")
    assert_none(wrong)


@pytest.mark.parametrize(("action", "lacks"), [("show", "id"), ("search", "name")])
def test_a_missing_field_is_named(emulator: Emulator, action: str, lacks: str) -> None:
    answer = ask(emulator, "presets", action)
    assert answer["reason"] == "invalid_parameter"
    assert answer["message"].startswith(f"invalid parameter {lacks}: it is missing; ")


@pytest.mark.parametrize("module", ["presets", "os", "software", "traffic_plans", "stocks"])
def test_an_unknown_action_names_those_there_are(emulator: Emulator, module: str) -> None:
    answer = ask(emulator, module, "order")
    assert answer["reason"] == "unknown_action"
    assert "list" in answer["message"]


def test_an_answer_that_was_built_before_is_the_same_and_is_journalled_alike(emulator: Emulator) -> None:
    question = {"action": "info", "currencies": "USD,EUR,USD"}
    first, second = (emulator.http.post("/presets.php", data=question) for _ in range(2))
    assert first.content == second.content
    journalled = [entry["answer"] for entry in emulator.http.get("/_emulator/requests").json()["requests"]]
    assert journalled[-1] == journalled[-2]
    assert journalled[-1].startswith(first.text[:4000])
    assert len(journalled[-1]) <= 4096


@pytest.mark.parametrize("field", ["filter", "tag", "servertype"])
def test_what_looks_like_a_token_is_masked_without_one(emulator: Emulator, field: str) -> None:
    token = "0123456789abcdef" * 2
    ask(emulator, "presets", **{field: token, "x": f"see {token}", "token[]": token})
    assert token not in str(unauthenticated(emulator))
    assert unauthenticated(emulator)["fields"][field] == "***"
