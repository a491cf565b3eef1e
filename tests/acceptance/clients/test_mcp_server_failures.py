"""Failures of the vendor's MCP server, shown by a Node program that behaves the same."""

import re

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import asked
from tests.acceptance.clients.mcp_model import Model, Starter
from tests.support.harness import Json

pytestmark = pytest.mark.acceptance


def test_without_the_ca_it_trusts_no_server(start: Starter, account: Account) -> None:
    with start(NODE_EXTRA_CA_CERTS="") as model:
        assert re.search(r"CERT|SIGNATURE|SELF_SIGNED", model.error("get_servers"))
    assert account.requests() == []


def test_a_failed_task_is_passed_on_unchanged(model: Model, account: Account) -> None:
    account.fault("task_fails", error="no space left")
    key = model.started("create_snapshot", id=12345, name="nightly")
    model.read("check_task", key=key)
    failed = model.read("check_task", key=key)
    assert (failed["result"], failed["error"]) == ("Fail", "no space left")


def test_it_logs_in_again_after_a_logout(model: Model, account: Account) -> None:
    assert model.read("logout")["result"] == "OK"
    assert model.read("get_vm_engine")["result"] == "OK"
    assert asked(account, module="auth") == ["auth/login", "auth/logout", "auth/login"]


def test_it_logs_in_again_when_its_session_expires_on_the_accounts_clock(
    start: Starter, account: Account
) -> None:
    with start(HOSTKEY_TOKEN_TTL="120") as model:
        model.read("get_servers")
        account.advance(121)
        assert model.read("get_servers")["result"] == "OK"
    assert [call["fields"]["ttl"] for call in account.requests(action="login")] == ["120", "120"]
    assert asked(account, action="update_servers") == ["eq/update_servers"]


@pytest.mark.parametrize("refusal", [{"kind": "expired_token"}, {"kind": "http_status", "status": 401}])
def test_it_logs_in_again_once_and_then_reports_the_failure(
    model: Model, account: Account, refusal: Json
) -> None:
    account.fault(**refusal, times=2, match={"action": "get_engine"})
    assert re.search(r"Token expired|HTTP 401", model.error("get_vm_engine"))
    assert asked(account) == ["auth/login", "vm/get_engine"] * 2


@pytest.mark.parametrize("status", [429, 503])
def test_it_retries_nothing(model: Model, account: Account, status: int) -> None:
    account.fault("http_status", status=status, retry_after=1, match={"action": "get_engine"})
    assert f"HTTP {status}: " in model.error("get_vm_engine")
    assert asked(account, action="get_engine") == ["vm/get_engine"]


def test_it_reports_a_body_that_is_not_json(model: Model, account: Account) -> None:
    account.fault("malformed_json", match={"action": "get_engine"})
    assert "HTTP 200, non-JSON: {" in model.error("get_vm_engine")


@pytest.mark.parametrize("kind", ["connection_reset", "lost_reply"])
def test_it_does_not_repeat_a_change_whose_answer_was_lost(model: Model, account: Account, kind: str) -> None:
    account.fault(kind, match={"action": "create_snapshot"})
    assert "network error" in model.error("create_snapshot", id=12345, name="nightly", confirm=True)
    assert len(account.tasks) == (kind == "lost_reply")


def test_an_action_that_is_not_emulated_is_reported(model: Model) -> None:
    history = {"resource": "eq", "action": "history", "params": {"id": 12345}, "confirm": True}
    assert "HTTP 501: " in model.error("call_api_raw", **history)
    assert "HTTP 501: " in model.error("call_api_raw", resource="iso", action="list", confirm=True)
