"""The calls of a panel that manages snapshots, made by a Node program that works like one."""

import json

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import Program, asked, failure

pytestmark = pytest.mark.acceptance


@pytest.mark.parametrize("vm", [12345, 12346])
def test_it_lists_snapshots_on_both_engines_by_polling_a_key(
    panel: Program, account: Account, vm: int
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


def test_every_call_carries_a_session_and_none_the_api_key(panel: Program, account: Account) -> None:
    assert panel(12345, "list").ok
    login, *others = account.requests()
    assert login["fields"] == {"action": "login", "key": "***", "ttl": "3600"}
    assert all(call["fields"]["token"] == "***" for call in others)
    assert all(call["in_query"] == [] for call in (login, *others))


def test_it_refuses_a_vds_by_its_type(panel: Program, account: Account) -> None:
    assert "not a VDS" in failure(panel(12347, "list"))[0]
    assert asked(account) == ["auth/login", "eq/show"]


def test_without_the_ca_it_sends_nothing(panel: Program, account: Account) -> None:
    error, status, unknown = failure(panel(12345, "list", NODE_EXTRA_CA_CERTS=""))
    assert (status, unknown) == (502, False)
    assert "SELF_SIGNED_CERT_IN_CHAIN" in error
    assert account.requests() == []


def test_it_makes_a_snapshot_and_waits_until_it_is_listed(panel: Program, account: Account) -> None:
    key = panel(12345, "create", "nightly").told["read"]["key"]
    looks = [panel(12345, "look", key, "create_snapshot").told["read"]["status"] for _ in range(2)]
    assert looks == ["running", "succeeded"]
    assert failure(panel(12345, "look", key, "create_snapshot"))[0].endswith("AsyncKey not found")
    assert account.vm(12345)["snapshots"][-1]["name"] == "nightly"


def test_it_removes_and_restores_by_name_and_image(panel: Program, account: Account) -> None:
    first, second, *_ = [row["name"] for row in account.vm(12346)["snapshots"]]
    assert panel(12346, "remove", first).ok
    account.advance_until_idle()
    assert panel(12346, "restore", second).ok
    account.advance_until_idle()
    assert [row["name"] for row in account.vm(12346)["snapshots"]] == [second]
    sent = account.requests(action="restore_snapshot")[0]
    assert sent["fields"]["openstack_id"] == account.vm(12346)["snapshots"][0]["openstack_image_id"]
    assert sent["unread"] == []


def test_it_refuses_to_restore_a_running_vm(panel: Program) -> None:
    error, status, unknown = failure(panel(12345, "restore", "before-release"))
    assert "power it off first" in error
    assert (status, unknown) == (400, False)


def test_at_the_limit_it_makes_no_call(panel: Program, account: Account) -> None:
    assert failure(panel(12346, "create", "one-more")) == ("snapshot limit reached", 409, False)
    account.verify(action="create_snapshot", count=0)


def test_it_sees_a_taken_name_in_the_list(panel: Program, account: Account) -> None:
    assert failure(panel(12345, "create", "fresh-install"))[0] == "name already exists"
    account.verify(action="create_snapshot", count=0)
