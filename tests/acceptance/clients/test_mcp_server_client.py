"""The calls of the vendor's MCP server, made by a Node program like it, which a model drives over stdio."""

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import asked
from tests.acceptance.clients.mcp_model import Model, Starter

pytestmark = pytest.mark.acceptance


def test_it_refreshes_and_lists_servers_over_https(model: Model, account: Account) -> None:
    assert model.read("get_servers")["servers"] == [12345, 12346, 12347, 12348]
    server = model.read("get_server", id=12346)
    assert (server["server_data"]["id"], server["ipmi"]["model"]) == (12346, "ovirt")
    assert asked(account) == ["auth/login", "eq/update_servers", "eq/list", "eq/show"]
    login = account.requests(action="login")[0]
    assert login["fields"] == {"action": "login", "key": "***", "ttl": "3600", "fix_ip": "0"}


def test_the_server_of_the_other_portal_is_led_here_too(start: Starter, account: Account) -> None:
    with start(PORTAL="ru") as model:
        assert model.read("get_servers")["servers"] == [12345, 12346, 12347, 12348]
    assert asked(account)[0] == "auth/login"


def test_a_snapshot_is_made_on_confirmation_and_its_task_is_checked(model: Model, account: Account) -> None:
    assert "was not run" in model.text("create_snapshot", id=12345, name="nightly")
    assert account.requests() == []
    key = model.started("create_snapshot", id=12345, name="nightly")
    assert model.read("check_task", key=key) == {"result": "Not ready", "key": key}
    done = model.read("check_task", key=key)
    assert (done["result"], done["scope"]) == ("OK", "Snapshot nightly created")
    assert "AsyncKey not found" in model.error("check_task", key=key)
    assert "token" not in account.requests(action="check")[0]["fields"]


def test_a_restore_depends_on_the_power(model: Model, account: Account) -> None:
    wanted = {"id": 12345, "name": "before-release"}
    assert "power it off first" in model.error("restore_snapshot", confirm=True, **wanted)
    for tool, given in (
        ("power_off", {"id": 12345}),
        ("restore_snapshot", wanted),
        ("power_on", {"id": 12345}),
        ("reboot_server", {"id": 12345}),
    ):
        key = model.started(tool, **given)
        assert [model.read("check_task", key=key)["result"] for _ in range(2)] == ["Not ready", "OK"]
    assert account.vm(12345)["power"] == "on"


def test_a_snapshot_is_removed(model: Model, account: Account) -> None:
    model.started("remove_snapshot", id=12346, name=account.vm(12346)["snapshots"][0]["name"])
    account.advance_until_idle()
    assert len(account.vm(12346)["snapshots"]) == 3


def test_it_reads_snapshots_statistics_power_engines_and_the_account(model: Model) -> None:
    assert len(model.read("get_snapshots", id=12345)["snapshots"]) == 2
    assert model.read("get_vm_engine")["engines"] == ["openstack", "ovirt"]
    assert model.read("get_account_info")["result"]["verified"] is True
    for tool, told in (("get_vm_stats", '"cpu"'), ("get_power_status", "VM is up now")):
        key = model.read(tool, id=12345)["callback"]
        model.read("check_task", key=key)
        assert told in model.read("check_task", key=key)["scope"]


def test_a_dangerous_raw_call_is_not_made(model: Model, account: Account) -> None:
    restore = {"resource": "vm", "action": "restore_snapshot", "params": {"id": 1}, "confirm": True}
    assert "HOSTKEY_ALLOW_DESTRUCTIVE" in model.text("call_api_raw", **restore)
    assert account.requests() == []


def test_its_tools_are_listed(model: Model) -> None:
    names = [tool["name"] for tool in model.ask("tools/list")["tools"]]
    assert {"get_servers", "check_task", "create_snapshot"} <= set(names)
