"""Clocks at both ends of time: every action, the account's state, its page and its export."""

from typing import Any

import pytest

from invapi_emulator.engine.action import ACTIONS
from tests.support.harness import Emulator
from tests.support.offenders import assert_none
from tests.unit.dashboard.seen import BROWSER

END = "9999-12-31T23:59:59Z"
NEAR_THE_ENDS = (
    "1970-01-01T00:00:00Z",
    "1970-01-31T00:00:00Z",
    "9999-06-01T00:00:00Z",
    "9999-11-30T00:00:00Z",
    "9999-12-01T00:00:00Z",
    "9999-12-30T12:00:00Z",
    END,
)
FIELDS: dict[str, Any] = {
    "full": 1,
    "name": "a",
    "tag": "a",
    "value": "b",
    "preset": "vm.pico",
    "location_name": "NL",
    "os_id": 187,
    "root_pass": "Secret-word1",
    "deploy_period": "annually",
    "cancellation_type": 0,
    "cancellation_reason": "done",
    "amount": 5,
    "ttl": 315_360_000,
}
"""Fields of all actions together. An action takes those that it knows."""


@pytest.mark.parametrize("scenario", ["demo", "hosting", "one-vm", "large"])
@pytest.mark.parametrize("now", NEAR_THE_ENDS)
def test_everything_is_answered_at_both_ends_of_time(emulator: Emulator, now: str, scenario: str) -> None:
    account = made(emulator, {"scenario": scenario, "clock": {"mode": "frozen", "now": now}})
    assert_none(wrong_answers(emulator, account))
    if now.startswith("9999"):
        moved = emulator.http.post(f"{path(account)}/clock/advance", json={"until": END})
        assert moved.status_code == 200
        assert_none(wrong_answers(emulator, account))


@pytest.mark.parametrize("now", NEAR_THE_ENDS)
def test_an_account_from_either_end_of_time_can_be_imported(emulator: Emulator, now: str) -> None:
    account = made(emulator, {"scenario": "hosting", "clock": {"mode": "frozen", "now": now}})
    call(emulator, account, "eq", "order_instance")
    exported = emulator.http.get(f"{path(account)}/state").content
    assert emulator.http.put(f"{path(account)}/state", content=exported).status_code == 200
    assert emulator.http.get(f"{path(account)}/state").content == exported


def made(emulator: Emulator, wanted: dict[str, Any]) -> dict[str, Any]:
    response = emulator.http.post("/_emulator/accounts", json=wanted)
    assert response.status_code == 201
    account: dict[str, Any] = response.json()
    return account


def path(account: dict[str, Any]) -> str:
    return f"/_emulator/accounts/{account['name']}"


def call(emulator: Emulator, account: dict[str, Any], module: str, action: str) -> int:
    """Call an action for the first VM of an account. Return the status."""
    whose = {"id": account["vms"][0], "token": account["token"], "key": account["api_key"]}
    response = emulator.http.post(f"/{module}.php", data={"action": action, **whose, **FIELDS})
    assert response.headers["content-type"] == "application/json"
    return response.status_code


def wrong_answers(emulator: Emulator, account: dict[str, Any]) -> list[str]:
    """Call every action, and look at the account. Return what is answered with 500."""
    page = f"/_emulator/ui/accounts/{account['name']}"
    seen = {
        address: emulator.http.get(address, headers=BROWSER if address == page else {}).status_code
        for address in (
            page,
            *(f"{path(account)}{part}" for part in ("/state", "/orders", "/invoices", "/vms")),
        )
    }
    called = {f"{at[0]}/{at[1]}": call(emulator, account, *at) for at in ACTIONS}
    return [f"{what}: {status}" for what, status in (called | seen).items() if status >= 500]
