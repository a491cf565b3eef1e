"""Failures of a panel that manages snapshots, shown by a Node program that behaves the same."""

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import Program, VendorServer, account_of, asked, failure, panel_of
from tests.support.harness import Json

pytestmark = pytest.mark.acceptance


@pytest.mark.parametrize(("vm", "action"), [(12348, "create_snapshot"), (12345, "restore_snapshot")])
def test_a_task_of_another_vm_or_action_is_rejected(
    panel: Program, account: Account, vm: int, action: str
) -> None:
    key = panel(12345, "create", "nightly").told["read"]["key"]
    account.advance_until_idle()
    error, status, unknown = failure(panel(vm, "look", key, action))
    assert error == "task is not of the requested VM and action"
    assert (status, unknown) == (502, True)


def test_a_failed_task_is_reported_as_failed(panel: Program, account: Account) -> None:
    account.fault("task_fails", error="no space left", match={"action": "create_snapshot"})
    key = panel(12345, "create", "nightly").told["read"]["key"]
    account.advance_until_idle()
    assert panel(12345, "look", key, "create_snapshot").told["read"] == {"status": "failed"}


def test_a_list_with_a_failed_task_is_an_error(panel: Program, account: Account) -> None:
    account.fault("task_fails", match={"action": "get_snapshot"})
    assert failure(panel(12345, "list"))[0] == "snapshot listing failed"


def test_a_list_with_a_forgotten_key_is_an_error(panel: Program, account: Account) -> None:
    account.fault("key_forgotten", match={"action": "get_snapshot"})
    assert failure(panel(12345, "list"))[0] == "eq_callback/check: AsyncKey not found"


def test_it_gives_up_on_a_list_after_twenty_checks(stubborn: tuple[Program, Account]) -> None:
    panel, account = stubborn
    assert failure(panel(12345, "list")) == ("still preparing the snapshot list", 503, False)
    assert asked(account, action="check") == ["eq_callback/check"] * 20


@pytest.mark.parametrize("refusal", [{"kind": "expired_token"}, {"kind": "http_status", "status": 401}])
def test_a_read_is_repeated_with_a_new_session(panel: Program, account: Account, refusal: Json) -> None:
    account.fault(**refusal, match={"action": "get_snapshot"})
    assert panel(12345, "list").ok
    assert asked(account)[:5] == ["auth/login", "eq/show", "vm/get_snapshot", "auth/login", "vm/get_snapshot"]


@pytest.mark.parametrize(
    ("refusal", "told"), [({"kind": "expired_token"}, 403), ({"kind": "http_status", "status": 401}, 401)]
)
def test_a_change_is_never_repeated(panel: Program, account: Account, refusal: Json, told: int) -> None:
    account.fault(**refusal, match={"action": "create_snapshot"})
    _, status, unknown = failure(panel(12345, "create", "nightly"))
    assert (status, unknown, account.tasks[1:]) == (told, False, [])
    assert asked(account, action="create_snapshot") == ["vm/create_snapshot"]


@pytest.mark.parametrize("kind", ["lost_reply", "malformed_json", "truncated_body"])
def test_a_change_with_a_lost_answer_has_an_unknown_outcome(
    panel: Program, account: Account, kind: str
) -> None:
    account.fault(kind, match={"action": "create_snapshot"})
    assert failure(panel(12345, "create", "nightly"))[2] is True
    account.advance_until_idle()
    assert account.vm(12345)["snapshots"][-1]["name"] == "nightly"


@pytest.mark.parametrize("status", [429, 503])
def test_it_retries_nothing(panel: Program, account: Account, status: int) -> None:
    account.fault("http_status", status=status, retry_after=1, match={"action": "show"})
    assert failure(panel(12345, "list")) == (f"HTTP {status}", status, False)
    assert asked(account) == ["auth/login", "eq/show"]


def test_a_body_that_is_not_json_is_not_a_list(panel: Program, account: Account) -> None:
    account.fault("malformed_json", match={"action": "check"})
    assert failure(panel(12345, "list")) == ("Provider returned an invalid response", 200, False)


def test_a_clock_behind_real_time_gives_it_expired_sessions(vendor: VendorServer) -> None:
    with account_of(vendor, now="2001-01-01T00:00:00Z") as account:
        error, status, _ = failure(panel_of(vendor, account)(12345, "list"))
    assert (error, status) == ("login: an expired session; check the time", 403)


def test_an_empty_account_and_a_wrong_key_are_refused_at_login(vendor: VendorServer) -> None:
    with account_of(vendor, scenario="empty") as account:
        panel = panel_of(vendor, account)
        assert failure(panel(1, "list"))[:2] == ("login: No appropriate servers found", 403)
        assert failure(panel(1, "list", HOSTKEY_API_KEY="wrong"))[:2] == ("login: Invalid API key", 403)
