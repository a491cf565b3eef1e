"""What the vendor's MCP server asks for, by a program for Node that asks as it does, driven over stdio as a model would."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from client_programs import FOLDER, VendorServer, asked
from processes import environment

from harness import Json
from invapi_emulator.testing import Account
from recipe_pages import write_files

pytestmark = pytest.mark.acceptance


class Model:
    """Who uses the server's tools."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.messages = 0

    def ask(self, method: str, **params: Any) -> Json:
        self.messages += 1
        message = {"jsonrpc": "2.0", "id": self.messages, "method": method, "params": params}
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()
        answer: Json = json.loads(self.process.stdout.readline())
        assert answer["id"] == self.messages
        result: Json = answer["result"]
        return result

    def text(self, tool: str, **given: Any) -> str:
        """Return what a tool that must succeed says."""
        result = self.ask("tools/call", name=tool, arguments=given)
        assert "isError" not in result, result
        text: str = result["content"][0]["text"]
        return text

    def read(self, tool: str, **given: Any) -> Json:
        answer: Json = json.loads(self.text(tool, **given))
        return answer

    def started(self, tool: str, **given: Any) -> str:
        """Return the key of the task that a confirmed call started."""
        key = re.search(r"Callback: ([a-z0-9]{32})\. ", self.text(tool, confirm=True, **given))
        assert key
        return key[1]

    def error(self, tool: str, **given: Any) -> str:
        result = self.ask("tools/call", name=tool, arguments=given)
        assert result["isError"] is True
        text: str = result["content"][0]["text"]
        return text


Starter = Callable[..., AbstractContextManager[Model]]


@pytest.fixture
def started(tmp_path: Path, account: Account, vendor: VendorServer) -> Starter:
    """Return what starts the server with the file that stands in the recipe, as the recipe says."""
    write_files("mcp-server.md", tmp_path)

    @contextmanager
    def start(**variables: str) -> Iterator[Model]:
        usual = {
            "HOSTKEY_API_KEY": account.api_key,
            "NODE_OPTIONS": f"--import {tmp_path / 'to-the-emulator.mjs'}",
            "NODE_EXTRA_CA_CERTS": vendor.ca,
            "EMULATOR_HTTPS": f"127.0.0.1:{vendor.secure_port}",
        }
        command = ["node", str(FOLDER / "mcp_server" / "server.mjs")]
        with subprocess.Popen(
            command, env=environment(**usual | variables), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:  # fmt: skip
            try:
                yield Model(process)
            finally:
                process.kill()

    return start


@pytest.fixture
def model(started: Starter) -> Iterator[Model]:
    with started() as model:
        model.ask(
            "initialize",
            protocolVersion="2025-06-18",
            capabilities={},
            clientInfo={"name": "t", "version": "0"},
        )
        yield model


def test_it_refreshes_and_lists_its_servers_over_https(model: Model, account: Account) -> None:
    assert model.read("get_servers")["servers"] == [12345, 12346, 12347, 12348]
    server = model.read("get_server", id=12346)
    assert (server["server_data"]["id"], server["ipmi"]["model"]) == (12346, "ovirt")
    assert asked(account) == ["auth/login", "eq/update_servers", "eq/list", "eq/show"]
    login = account.requests(action="login")[0]
    assert login["fields"] == {"action": "login", "key": "***", "ttl": "3600", "fix_ip": "0"}


def test_filters_of_servers_are_not_read(model: Model, account: Account) -> None:
    assert len(model.read("get_servers", location="US")["servers"]) == 4
    assert account.requests(action="list")[0]["unread"] == ["location"]


def test_without_the_ca_it_trusts_nobody(started: Starter, account: Account) -> None:
    with started(NODE_EXTRA_CA_CERTS="") as model:
        assert re.search(r"CERT|SIGNATURE|SELF_SIGNED", model.error("get_servers"))
    assert account.requests() == []


def test_a_snapshot_is_made_when_it_is_confirmed_and_its_task_is_looked_at(
    model: Model, account: Account
) -> None:
    assert "was not run" in model.text("create_snapshot", id=12345, name="nightly")
    assert account.requests() == []
    key = model.started("create_snapshot", id=12345, name="nightly")
    assert model.read("check_task", key=key) == {"result": "Not ready", "key": key}
    done = model.read("check_task", key=key)
    assert (done["result"], done["scope"]) == ("OK", "Snapshot nightly created")
    assert "AsyncKey not found" in model.error("check_task", key=key)
    assert "token" not in account.requests(action="check")[0]["fields"]


def test_a_restore_goes_by_power(model: Model, account: Account) -> None:
    wanted = {"id": 12345, "name": "before-release"}
    assert "power it off first" in model.error("restore_snapshot", confirm=True, **wanted)
    for tool, given in (
        ("power_off", {"id": 12345}),
        ("restore_snapshot", wanted),
        ("power_on", {"id": 12345}),
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


def test_a_task_that_failed_is_handed_on_as_it_is(model: Model, account: Account) -> None:
    account.fault("task_fails", error="no space left")
    key = model.started("create_snapshot", id=12345, name="nightly")
    model.read("check_task", key=key)
    failed = model.read("check_task", key=key)
    assert (failed["result"], failed["error"]) == ("Fail", "no space left")


def test_it_logs_in_again_after_a_logout(model: Model, account: Account) -> None:
    assert model.read("logout")["result"] == "OK"
    assert model.read("get_vm_engine")["result"] == "OK"
    assert asked(account, module="auth") == ["auth/login", "auth/logout", "auth/login"]


def test_it_logs_in_again_when_its_session_has_ended_by_the_accounts_clock(
    started: Starter, account: Account
) -> None:
    with started(HOSTKEY_TOKEN_TTL="120") as model:
        model.read("get_servers")
        account.advance(121)
        assert model.read("get_servers")["result"] == "OK"
    assert [call["fields"]["ttl"] for call in account.requests(action="login")] == ["120", "120"]
    assert asked(account, action="update_servers") == ["eq/update_servers"]


@pytest.mark.parametrize("refusal", [{"kind": "expired_token"}, {"kind": "http_status", "status": 401}])
def test_it_logs_in_again_once_and_then_tells_the_model(
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


def test_it_says_when_a_body_is_no_json(model: Model, account: Account) -> None:
    account.fault("malformed_json", match={"action": "get_engine"})
    assert "HTTP 200, non-JSON: {" in model.error("get_vm_engine")


@pytest.mark.parametrize("kind", ["connection_reset", "lost_reply"])
def test_it_does_not_repeat_a_change_whose_answer_was_lost(model: Model, account: Account, kind: str) -> None:
    account.fault(kind, match={"action": "create_snapshot"})
    assert "network error" in model.error("create_snapshot", id=12345, name="nightly", confirm=True)
    assert len(account.tasks) == (kind == "lost_reply")


def test_what_is_not_emulated_says_so(model: Model) -> None:
    sensors = {"resource": "eq", "action": "sensors", "params": {"id": 12345}, "confirm": True}
    assert "HTTP 501: " in model.error("call_api_raw", **sensors)
    assert "HTTP 404: " in model.error("call_api_raw", resource="iso", action="list", confirm=True)


def test_a_raw_call_that_is_dangerous_is_not_made(model: Model, account: Account) -> None:
    restore = {"resource": "vm", "action": "restore_snapshot", "params": {"id": 1}, "confirm": True}
    assert "HOSTKEY_ALLOW_DESTRUCTIVE" in model.text("call_api_raw", **restore)
    assert account.requests() == []


def test_its_tools_can_be_listed(model: Model) -> None:
    names = [tool["name"] for tool in model.ask("tools/list")["tools"]]
    assert {"get_servers", "check_task", "create_snapshot"} <= set(names)
