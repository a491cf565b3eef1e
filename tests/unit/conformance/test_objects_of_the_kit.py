"""The kit's own SSH key and tag, and the name of the VM: gone and restored, whatever fails."""

import signal
from typing import Any

import pytest

from invapi_conformance.walk import Allowed
from invapi_emulator.testing.account import Account
from tests.support.kit_runs import ran
from tests.unit.conformance.mutated_servers.mutated_server import Asked, Given, mutated_server

OBJECTS = Allowed(objects=True, rename=True)


def left_to_see(account: Account) -> tuple[str, Any, Any]:
    """Return the name and the tags of the VM, and the SSH keys of the account."""
    return (
        account.vm(12345)["hostname"],
        account.call("tags", "list", id=12345)["tags"],
        account.call("ssh_keys", "list")["sshkeys"],
    )


def test_keys_and_tags_need_their_own_permission(account: Account) -> None:
    found = ran(account, Allowed(objects=True))
    assert (found.status, found.names("differs")) == (0, set())
    assert "a-removed-tag-is-gone" in found.names("holds")
    assert account.requests(action="rename_server") == []


def test_a_name_needs_its_own_permission(account: Account) -> None:
    found = ran(account, Allowed(rename=True))
    assert (found.status, found.names("differs")) == (0, set())
    assert "a-renamed-server-has-its-name" in found.names("holds")
    assert {call["action"] for call in account.requests()} & {"add", "delete", "remove"} == set()


@pytest.mark.parametrize("kind", ["lost_reply", "reject", "malformed_json"])
@pytest.mark.parametrize("action", ["add", "delete", "remove", "rename_server", "list"])
@pytest.mark.parametrize("skip", [0, 1, 2])
def test_failures_leave_nothing_behind(account: Account, action: str, kind: str, skip: int) -> None:
    before = left_to_see(account)
    account.fault(kind, match={"action": action}, skip=skip, allow_unused=True)
    found = ran(account, OBJECTS, task_seconds=5)
    assert "left behind" not in found.err
    assert left_to_see(account) == before


@pytest.mark.parametrize("call", ["ssh_keys/add", "tags/add", "eq/rename_server"])
def test_an_interruption_during_a_change_undoes_it(account: Account, call: str) -> None:
    def interrupt(asked: Asked, _given: Given) -> None:
        if f"{asked.module}/{asked.action}" == call:
            signal.raise_signal(signal.SIGINT)

    before = left_to_see(account)
    with mutated_server(account.url, interrupt) as target:
        found = ran(account, OBJECTS, target=target)
    assert (found.status, found.report["trouble"]) == (130, ["interrupted"])
    assert left_to_see(account) == before


def test_a_name_that_cannot_be_put_back_is_told(account: Account) -> None:
    account.fault("reject", match={"action": "rename_server"}, skip=1, times=None)
    found = ran(account, OBJECTS, task_seconds=1)
    assert found.status == 2
    assert "left behind: the hostname of VM 12345 was web-1: rename it" in found.err


def test_a_vm_of_unknown_name_is_not_renamed(account: Account) -> None:
    def nameless(asked: Asked, given: Given) -> None:
        if (asked.module, asked.action) == ("eq", "show"):
            given.body["server_data"].pop("hostname")

    with mutated_server(account.url, nameless) as target:
        found = ran(account, OBJECTS, target=target)
    assert (found.status, found.out) == (2, "")
    assert "--allow-rename: the hostname of the VM is unknown" in found.err
