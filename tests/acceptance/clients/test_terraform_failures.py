"""Failures of the vendor's Terraform provider, shown by a Go program that behaves the same."""

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import (
    Program,
    VendorServer,
    account_of,
    asked,
    terraform_of,
)
from tests.support.harness import Json

pytestmark = pytest.mark.acceptance

EVERY_TRY = ["backoff up to 300ms", "backoff up to 600ms", "backoff up to 1.2s"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_it_waits_as_long_as_asked_and_tries_again(provider: Program, account: Account, status: int) -> None:
    account.fault("http_status", status=status, retry_after=2, match={"action": "show"})
    read = provider("read", "12345")
    assert (read.ok, read.told["waits"]) == (True, ["Retry-After 2s"])


def test_it_waits_at_most_half_a_minute(provider: Program, account: Account) -> None:
    account.fault("http_status", status=503, retry_after=3600, match={"action": "list"})
    assert provider("list").told["waits"] == ["Retry-After 30s"]


def test_it_stays_within_a_budget_of_calls(provider: Program, account: Account) -> None:
    account.fault("rate_limit", budget=1, per=3600, match={"action": "list"})
    assert provider("list").ok
    assert provider("list").told["waits"] == ["Retry-After 30s"]


@pytest.mark.parametrize("kind", ["connection_reset", "empty_reply"])
def test_it_tries_again_when_the_connection_breaks(provider: Program, account: Account, kind: str) -> None:
    account.fault(kind, match={"action": "list"})
    read = provider("list")
    assert (read.ok, read.told["waits"]) == (True, ["backoff up to 300ms"])


def test_it_gives_up_after_three_tries(provider: Program, account: Account) -> None:
    account.fault("http_status", status=503, times=3, match={"action": "list"})
    given_up = provider("list")
    assert (given_up.ok, given_up.told["waits"]) == (False, EVERY_TRY)
    assert "request failed after retries" in given_up.told["error"]
    assert asked(account, action="list") == ["eq/list"] * 3


@pytest.mark.parametrize("status", [400, 403])
def test_it_does_not_repeat_permanent_failures(provider: Program, account: Account, status: int) -> None:
    account.fault("http_status", status=status, retry_after=1, match={"action": "list"})
    refused = provider("list")
    assert (refused.ok, refused.told["waits"]) == (False, [])


@pytest.mark.parametrize("kind", ["malformed_json", "truncated_body"])
def test_it_does_not_accept_a_broken_answer(provider: Program, account: Account, kind: str) -> None:
    account.fault(kind, match={"action": "list"})
    broken = provider("list")
    assert (broken.ok, broken.told["waits"]) == (False, [])
    assert ("invalid JSON" in broken.told["error"]) == (kind == "malformed_json")


@pytest.mark.parametrize("refusal", [{"kind": "expired_token"}, {"kind": "http_status", "status": 401}])
def test_it_logs_in_again_when_its_session_is_refused(
    provider: Program, account: Account, refusal: Json
) -> None:
    account.fault(**refusal, match={"action": "list"})
    read = provider("list")
    assert (read.ok, read.told["waits"]) == (True, [])
    assert asked(account) == ["auth/login", "eq/list", "auth/login", "eq/list"]


def test_it_logs_in_again_only_once(provider: Program, account: Account) -> None:
    account.fault("expired_token", times=2, match={"action": "list"})
    refused = provider("list")
    assert (refused.ok, refused.told["waits"]) == (False, [])
    assert "Token expired" in refused.told["error"]
    assert asked(account, module="auth") == ["auth/login"] * 2


def test_a_clock_behind_real_time_makes_it_log_in_before_each_call(
    terraform: str, vendor: VendorServer
) -> None:
    with account_of(vendor, now="2001-01-01T00:00:00Z") as account:
        assert terraform_of(account, terraform)("list").ok
        assert asked(account) == ["auth/login", "auth/login", "eq/list"]


def test_a_failed_task_is_an_error_with_its_reason(provider: Program, account: Account) -> None:
    account.fault("task_fails", error="no free host", match={"action": "off"})
    assert provider("power", "12345", "off").ok
    waited = provider("wait", account.tasks[0]["key"])
    assert (waited.ok, waited.told["waits"]) == (False, ["Not ready: poll"])
    assert "no free host" in waited.told["error"]


def test_a_key_without_a_deployment_is_checked_until_it_is_spent(provider: Program, account: Account) -> None:
    assert provider("power", "12345", "off").ok
    waited = provider("wait", account.tasks[0]["key"])
    assert waited.told["waits"] == ["Not ready: poll", "OK: poll"]
    assert (waited.ok, waited.told["kind"]) == (False, "not found")
    assert "AsyncKey not found" in waited.told["error"]
