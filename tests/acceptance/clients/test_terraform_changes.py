"""Servers and keys that the vendor's Terraform provider imports, refreshes and changes, played by a Go program."""

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import Program, asked
from tests.support.harness import Json

pytestmark = pytest.mark.acceptance

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE9w me@laptop"


def tags_of(account: Account, vm: int = 12345) -> Json:
    return {tag["tag"]: tag["value"] for tag in account.call("tags", "list", id=vm)["tags"]}


def test_an_import_reads_a_server_with_the_tags_that_a_configuration_may_have(
    provider: Program, account: Account
) -> None:
    account.call("tags", "add", id=12345, tag="backup", value="weekly", internal=1)
    read = provider("read", "12345").told["read"]
    assert (read["hostname"], read["tags"]) == ("web-1", {"role": "web"})
    assert asked(account)[-4:] == ["auth/login", "eq/show", "eq/show", "tags/list"]
    assert account.requests(module="tags")[-1]["unread"] == []


def test_a_refresh_after_an_import_reads_the_same(provider: Program) -> None:
    assert provider("read", "12345").told == provider("read", "12345").told


def test_a_refresh_finds_what_was_changed_elsewhere(provider: Program, account: Account) -> None:
    account.call("eq", "rename_server", id=12345, hostname="elsewhere")
    account.call("tags", "remove", id=12345, tag="role")
    read = provider("read", "12345").told["read"]
    assert (read["hostname"], read["tags"]) == ("elsewhere", {})


def test_tags_are_added_changed_and_removed_and_others_left_alone(
    provider: Program, account: Account
) -> None:
    account.call("tags", "add", id=12345, tag="owner", value="ops")
    live = provider("tags", "12345", "role=app", "project=shop", "owner=ops", "-gone", "hostname=x").told[
        "read"
    ]
    assert live == {"role": "app", "project": "shop", "owner": "ops"}
    assert asked(account, action="add") == ["tags/add"] * 3
    assert provider("tags", "12345", "role=app", "-project").told["read"] == {"role": "app", "owner": "ops"}
    assert tags_of(account)["hostname"] == account.vm(12345)["hostname"] == "web-1"
    assert all(call["unread"] == [] for call in account.requests(module="tags", action="remove"))


def test_a_hostname_that_is_changed_is_shown_at_once(provider: Program, account: Account) -> None:
    assert provider("rename", "12345", "shop-1").told["read"]["hostname"] == "shop-1"
    assert asked(account)[:3] == ["auth/login", "eq/rename_server", "eq/show"]
    assert account.requests(module="tags", action="add") == []
    assert (account.vm(12345)["hostname"], tags_of(account)["hostname"]) == ("shop-1", "shop-1")


def test_a_rename_that_changes_the_tag_alone_is_mended_by_the_tag(
    provider: Program, account: Account
) -> None:
    account.fault("rename_ignored")
    assert provider("rename", "12345", "shop-1").told == {
        "read": provider("read", "12345").told["read"],
        "waits": [],
    }
    assert account.vm(12345)["hostname"] == "shop-1"
    assert asked(account)[1:4] == ["eq/rename_server", "eq/show", "tags/add"]


def test_a_locked_server_is_not_renamed(provider: Program, account: Account) -> None:
    account.call("vm", "create_snapshot", id=12345, name="nightly")
    refused = provider("rename", "12345", "shop-1")
    assert (refused.ok, refused.told["kind"], refused.told["waits"]) == (False, "refused", [])
    assert account.vm(12345)["hostname"] == "web-1"


def test_an_ssh_key_is_made_read_and_deleted(provider: Program, account: Account) -> None:
    made = provider("add-key", "laptop", KEY, "default").told["read"]
    assert made["id"] > 0
    assert (made["name"], made["key"], made["default"]) == ("laptop", KEY, 1)
    assert provider("read-key", str(made["id"])).told["read"] == made
    assert provider("delete-key", str(made["id"])).ok
    gone = provider("read-key", str(made["id"]))
    assert (gone.ok, gone.told["kind"]) == (False, "failed")
    assert provider("delete-key", str(made["id"])).told["kind"] == "not found"
    sent = account.requests(module="ssh_keys", action="add")[0]
    assert sent["fields"]["params"] == {"name": "laptop", "key": KEY, "default": "1"}


def test_what_creates_without_a_name_of_its_own_is_sent_once(provider: Program, account: Account) -> None:
    account.fault("lost_reply", match={"module": "ssh_keys", "action": "add"})
    account.fault("http_status", status=503, match={"module": "tags", "action": "add"})
    for words in (("add-key", "laptop", KEY), ("tags", "12345", "project=shop")):
        failed = provider(*words)
        assert (failed.ok, failed.told["waits"]) == (False, []), words
    assert asked(account, action="add") == ["ssh_keys/add", "tags/add"]
    assert [key["name"] for key in account.call("ssh_keys", "list")["sshkeys"]] == ["laptop"]


def test_a_server_of_the_world_is_destroyed(provider: Program, account: Account) -> None:
    assert provider("destroy", "12345").told["read"] == "gone"
    assert asked(account, module="whmcs") == ["whmcs/request_cancellation"]
    assert provider("read", "12345").told["read"]["gone"] is True
