"""What a panel that manages snapshots asks for, by a program for Node that asks as one does."""

import json
from collections.abc import Callable, Iterator

import pytest
from client_programs import FOLDER, Ran, VendorServer, account_of, asked, run_program

from harness import Json
from invapi_emulator.testing import Account

pytestmark = pytest.mark.acceptance

Panel = Callable[..., Ran]


def panel_of(vendor: VendorServer, account: Account) -> Panel:
    """Return the panel, led to the emulator by its own lookup; it polls every millisecond."""

    def run(vm: int, *words: str, **variables: str) -> Ran:
        usual = {
            "HOSTKEY_API_KEY": account.api_key,
            "NODE_EXTRA_CA_CERTS": vendor.ca,
            "EMULATOR_HTTPS": f"127.0.0.1:{vendor.secure_port}",
            "POLL_MS": "1",
        }
        command = ["node", str(FOLDER / "panel" / "panel.mjs"), str(vm), *words]
        return run_program(command, **usual | variables)

    return run


@pytest.fixture
def panel(vendor: VendorServer, account: Account) -> Panel:
    return panel_of(vendor, account)


@pytest.fixture
def stubborn(vendor: VendorServer) -> Iterator[tuple[Panel, Account]]:
    """Return a panel of an account whose tasks are not ready for their first hundred checks."""
    with account_of(vendor, polls=100) as account:
        yield panel_of(vendor, account), account


def failure(ran: Ran) -> tuple[str, int, bool]:
    assert not ran.ok, ran
    return ran.told["error"], ran.told["status"], ran.told["outcomeUnknown"]


@pytest.mark.parametrize("vm", [12345, 12346])
def test_it_lists_snapshots_of_either_engine_by_polling_a_key(
    panel: Panel, account: Account, vm: int
) -> None:
    listed = panel(vm, "list").told["read"]
    kept = account.vm(vm)["snapshots"]
    assert listed["max"] == 4
    assert [(row["name"], row["created"], row["image"]) for row in listed["rows"]] == [
        (row["name"], row["date"], row["openstack_image_id"]) for row in kept
    ]
    assert [row["sizeGb"] for row in listed["rows"]] == [row["size"] / 2**30 for row in kept]
    assert asked(account) == ["auth/login", "eq/show", "vm/get_snapshot"] + ["eq_callback/check"] * 2
    assert isinstance(json.loads(account.requests(action="check")[-1]["answer"])["scope"], str)


def test_every_call_goes_out_with_a_session_and_none_with_the_key(panel: Panel, account: Account) -> None:
    assert panel(12345, "list").ok
    login, *others = account.requests()
    assert login["fields"] == {"action": "login", "key": "***", "ttl": "3600"}
    assert all(call["fields"]["token"] == "***" for call in others)
    assert all(call["in_query"] == [] for call in (login, *others))


def test_it_refuses_a_vds_by_its_type(panel: Panel, account: Account) -> None:
    assert "not a VDS" in failure(panel(12347, "list"))[0]
    assert asked(account) == ["auth/login", "eq/show"]


def test_without_the_ca_it_sends_nothing(panel: Panel, account: Account) -> None:
    error, status, unknown = failure(panel(12345, "list", NODE_EXTRA_CA_CERTS=""))
    assert (status, unknown) == (502, False)
    assert "SELF_SIGNED_CERT_IN_CHAIN" in error
    assert account.requests() == []


def test_it_makes_a_snapshot_and_looks_until_it_is_there(panel: Panel, account: Account) -> None:
    key = panel(12345, "create", "nightly").told["read"]["key"]
    looks = [panel(12345, "look", key, "create_snapshot").told["read"]["status"] for _ in range(2)]
    assert looks == ["running", "succeeded"]
    assert failure(panel(12345, "look", key, "create_snapshot"))[0].endswith("AsyncKey not found")
    assert account.vm(12345)["snapshots"][-1]["name"] == "nightly"


def test_it_removes_and_restores_by_name_and_image(panel: Panel, account: Account) -> None:
    first, second, *_ = [row["name"] for row in account.vm(12346)["snapshots"]]
    assert panel(12346, "remove", first).ok
    account.advance_until_idle()
    assert panel(12346, "restore", second).ok
    account.advance_until_idle()
    assert [row["name"] for row in account.vm(12346)["snapshots"]] == [second]
    sent = account.requests(action="restore_snapshot")[0]
    assert sent["fields"]["openstack_id"] == account.vm(12346)["snapshots"][0]["openstack_image_id"]
    assert sent["unread"] == []


def test_it_refuses_to_restore_a_vm_that_runs(panel: Panel) -> None:
    error, status, unknown = failure(panel(12345, "restore", "before-release"))
    assert "power it off first" in error
    assert (status, unknown) == (400, False)


def test_at_the_limit_it_does_not_even_ask(panel: Panel, account: Account) -> None:
    assert failure(panel(12346, "create", "one-more")) == ("snapshot limit reached", 409, False)
    account.verify(action="create_snapshot", count=0)


def test_a_name_that_is_taken_is_seen_in_the_list(panel: Panel, account: Account) -> None:
    assert failure(panel(12345, "create", "fresh-install"))[0] == "name already exists"
    account.verify(action="create_snapshot", count=0)


@pytest.mark.parametrize(("vm", "action"), [(12348, "create_snapshot"), (12345, "restore_snapshot")])
def test_a_task_of_another_vm_or_action_is_rejected(
    panel: Panel, account: Account, vm: int, action: str
) -> None:
    key = panel(12345, "create", "nightly").told["read"]["key"]
    account.advance_until_idle()
    error, status, unknown = failure(panel(vm, "look", key, action))
    assert error == "task is not of the requested VM and action"
    assert (status, unknown) == (502, True)


def test_a_task_that_failed_is_told_as_failed(panel: Panel, account: Account) -> None:
    account.fault("task_fails", error="no space left", match={"action": "create_snapshot"})
    key = panel(12345, "create", "nightly").told["read"]["key"]
    account.advance_until_idle()
    assert panel(12345, "look", key, "create_snapshot").told["read"] == {"status": "failed"}


def test_a_list_whose_task_fails_is_an_error(panel: Panel, account: Account) -> None:
    account.fault("task_fails", match={"action": "get_snapshot"})
    assert failure(panel(12345, "list"))[0] == "snapshot listing failed"


def test_a_list_whose_key_is_forgotten_is_an_error(panel: Panel, account: Account) -> None:
    account.fault("key_forgotten", match={"action": "get_snapshot"})
    assert failure(panel(12345, "list"))[0] == "eq_callback/check: AsyncKey not found"


def test_it_gives_up_a_list_after_twenty_looks(stubborn: tuple[Panel, Account]) -> None:
    panel, account = stubborn
    assert failure(panel(12345, "list")) == ("still preparing the snapshot list", 503, False)
    assert asked(account, action="check") == ["eq_callback/check"] * 20


@pytest.mark.parametrize("refusal", [{"kind": "expired_token"}, {"kind": "http_status", "status": 401}])
def test_a_read_is_asked_again_with_a_new_session(panel: Panel, account: Account, refusal: Json) -> None:
    account.fault(**refusal, match={"action": "get_snapshot"})
    assert panel(12345, "list").ok
    assert asked(account)[:5] == ["auth/login", "eq/show", "vm/get_snapshot", "auth/login", "vm/get_snapshot"]


@pytest.mark.parametrize(
    ("refusal", "told"), [({"kind": "expired_token"}, 403), ({"kind": "http_status", "status": 401}, 401)]
)
def test_a_change_never_is(panel: Panel, account: Account, refusal: Json, told: int) -> None:
    account.fault(**refusal, match={"action": "create_snapshot"})
    _, status, unknown = failure(panel(12345, "create", "nightly"))
    assert (status, unknown, account.tasks[1:]) == (told, False, [])
    assert asked(account, action="create_snapshot") == ["vm/create_snapshot"]


@pytest.mark.parametrize("kind", ["lost_reply", "malformed_json", "truncated_body"])
def test_a_change_whose_answer_did_not_come_has_an_unknown_outcome(
    panel: Panel, account: Account, kind: str
) -> None:
    account.fault(kind, match={"action": "create_snapshot"})
    assert failure(panel(12345, "create", "nightly"))[2] is True
    account.advance_until_idle()
    assert account.vm(12345)["snapshots"][-1]["name"] == "nightly"


@pytest.mark.parametrize("status", [429, 503])
def test_it_retries_nothing(panel: Panel, account: Account, status: int) -> None:
    account.fault("http_status", status=status, retry_after=1, match={"action": "show"})
    assert failure(panel(12345, "list")) == (f"HTTP {status}", status, False)
    assert asked(account) == ["auth/login", "eq/show"]


def test_a_body_that_is_no_json_is_no_list(panel: Panel, account: Account) -> None:
    account.fault("malformed_json", match={"action": "check"})
    assert failure(panel(12345, "list")) == ("Provider returned an invalid response", 200, False)


def test_a_clock_behind_the_real_time_gives_it_sessions_that_have_expired(vendor: VendorServer) -> None:
    with account_of(vendor, now="2001-01-01T00:00:00Z") as account:
        error, status, _ = failure(panel_of(vendor, account)(12345, "list"))
    assert (error, status) == ("login: an expired session; check the time", 403)


def test_an_empty_account_and_a_wrong_key_are_refused_at_the_login(vendor: VendorServer) -> None:
    with account_of(vendor, scenario="empty") as account:
        panel = panel_of(vendor, account)
        assert failure(panel(1, "list"))[:2] == ("login: No appropriate servers found", 403)
        assert failure(panel(1, "list", HOSTKEY_API_KEY="wrong"))[:2] == ("login: Invalid API key", 403)
