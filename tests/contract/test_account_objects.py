"""Contract 10.1 to 10.3: SSH keys, tags and hostnames."""

import json

import pytest

from tests.support.account_objects import SSH, add_api_key, add_ssh_key, hostname, params, tags
from tests.support.harness import Emulator, Json

# 10.1


@pytest.mark.clause("10.1")
@pytest.mark.follows("A-06", "A-38")
def test_an_ssh_key_is_added_listed_and_deleted(emulator: Emulator) -> None:
    answer = emulator.call("ssh_keys", "add", **params(name="laptop", key=SSH, default="0"))
    made = answer.pop("sshkey")
    assert answer == {"result": "OK", "module": "ssh_keys", "action": "add"}
    customer = emulator.call("auth", "info")["result"]["customer_id"]
    assert made == {
        "id": made["id"], "customer_id": customer, "name": "laptop", "key": SSH, "default": 0,
        "created": "2030-01-01 00:00:00",
    }  # fmt: skip
    assert type(made["id"]) is int
    assert made["id"] > 0
    assert emulator.call("ssh_keys", "list")["sshkeys"] == [made]
    assert emulator.call("ssh_keys", "delete", id=made["id"])["result"] == "OK"
    assert emulator.call("ssh_keys", "list")["sshkeys"] == []
    gone = emulator.call("ssh_keys", "delete", id=made["id"])
    assert gone["reason"] == "ssh_key_not_found"
    assert "not found" in gone["error"]


@pytest.mark.clause("10.1")
@pytest.mark.parametrize(
    ("sent", "missing"),
    [
        ({}, "name, key"),
        (params(name="a"), "key"),
        (params(key=SSH), "name"),
        (params(default=1), "name, key"),
    ],
)
@pytest.mark.follows("A-06")
def test_missing_parts_of_an_ssh_key_are_named(emulator: Emulator, sent: Json, missing: str) -> None:
    refused = emulator.call("ssh_keys", "add", **sent)
    assert (refused["reason"], refused["error"]) == ("invalid_parameter", f"Missing required keys: {missing}")
    assert emulator.call("ssh_keys", "list")["sshkeys"] == []


@pytest.mark.clause("10.1")
@pytest.mark.parametrize(
    "key",
    ["ssh-rsa", "ssh-rsa AAAA", "ssh-rsa AAAA= me and my laptop", "sk-ssh-ed25519@openssh.com AAAA x@y"],
)
def test_a_key_that_looks_like_one_is_taken_if_it_has_two_parts(emulator: Emulator, key: str) -> None:
    answer = emulator.call("ssh_keys", "add", **params(name="a", key=key))
    assert answer.get("reason") == (None if " " in key else "invalid_parameter")


@pytest.mark.clause("10.1")
def test_a_new_default_takes_over(emulator: Emulator) -> None:
    for name, default in (("a", 1), ("b", 0), ("c", 1)):
        add_ssh_key(emulator, name=name, default=default)
    keys = emulator.call("ssh_keys", "list")["sshkeys"]
    assert [(key["name"], key["default"]) for key in keys] == [("a", 0), ("b", 0), ("c", 1)]


@pytest.mark.clause("10.1", "10.2", "10.4")
def test_ids_of_objects_are_never_used_again(emulator: Emulator) -> None:
    first = add_ssh_key(emulator)["id"]
    emulator.call("ssh_keys", "delete", id=first)
    second = add_api_key(emulator)["id"]
    emulator.call("api_keys", "delete", **params(id=second))
    third = emulator.call("tags", "add", id=12345, tag="a", value="b")["id"]
    emulator.call("tags", "remove", id=12345, tag="a")
    assert first < second < third < add_ssh_key(emulator)["id"]


# 10.2


@pytest.mark.clause("10.2")
@pytest.mark.follows("A-14", "A-06")
def test_a_tag_is_set_changed_listed_and_removed(emulator: Emulator) -> None:
    sent = {"id": 12345, "tag": "my-tag", "value": "v", "extra": "more", "component": "eq", "internal": 1}
    answer = emulator.call("tags", "add", **sent)
    row = {
        "id": answer["id"], "tag": "my-tag", "value": "v", "extra": "more", "internal": 1, "component": "eq",
        "component_id": 12345,
    }  # fmt: skip
    assert answer == {"result": "OK", "action": "add"} | row
    changed = emulator.call("tags", "add", id=12345, tag="my-tag", value="w")
    assert changed == answer | {"value": "w", "extra": "", "internal": 0}
    listed = emulator.call("tags", "list", id=12345)
    assert listed == {"result": "OK", "action": "list", "tags": listed["tags"]}
    assert listed["tags"][-1] == row | {"value": "w", "extra": "", "internal": 0}
    own = {"role": "web", "hostname": "web-1"}
    assert tags(emulator) == own | {"my-tag": "w"}
    shown = [{"tag": name, "value": value} for name, value in tags(emulator).items()]
    assert emulator.eq("show")["tags"] == shown
    removed = emulator.call("tags", "remove", component="eq", component_id=12345, tag="my-tag")
    assert removed == {"result": "OK", "action": "remove"}
    assert tags(emulator) == own
    gone = emulator.call("tags", "remove", id=12345, tag="my-tag")
    assert gone["reason"] == "tag_not_found"
    assert "not found" in gone["error"]


@pytest.mark.clause("10.2")
def test_a_list_of_servers_gets_a_tag_whole_or_not_at_all(emulator: Emulator) -> None:
    answer = emulator.call("tags", "add", id_list="12345, 12347,12345", tag="a", value="b")
    assert answer["component_id"] in (12345, "12345")
    assert [tags(emulator, vm).get("a") for vm in (12345, 12346, 12347)] == ["b", None, "b"]
    for action in ("add", "remove"):
        refused = emulator.call("tags", action, id_list="12345,999", tag="a", value="c")
        assert refused["reason"] == "vm_not_found"
    assert emulator.call("tags", "remove", id_list="12345,12346", tag="a")["reason"] == "tag_not_found"
    assert tags(emulator)["a"] == "b"
    assert emulator.call("tags", "remove", id_list="12345,12347", tag="a")["result"] == "OK"
    assert "a" not in tags(emulator, 12347)


@pytest.mark.clause("10.2")
@pytest.mark.parametrize(("field", "length"), [("tag", 33), ("value", 257), ("extra", 16_385)])
@pytest.mark.follows("A-06")
def test_a_tag_that_is_too_long_is_refused_in_the_vendors_words(
    emulator: Emulator, field: str, length: int
) -> None:
    fits = {"id": 12345, "tag": "a", "value": "b"} | {field: "x" * (length - 1)}
    assert emulator.call("tags", "add", **fits)["result"] == "OK"
    before = tags(emulator)
    refused = emulator.call("tags", "add", **fits | {field: "y" * length})
    assert (refused["reason"], refused["error"]) == (
        "invalid_parameter",
        "tag/add: invalid token data, too long",
    )
    assert tags(emulator) == before


@pytest.mark.clause("10.2")
def test_internal_tags_can_be_left_out_of_the_list(emulator: Emulator) -> None:
    emulator.call("tags", "add", id=12345, tag="os", value="Debian", internal=1)
    assert set(tags(emulator)) == {"role", "hostname", "os"}
    rows = emulator.call("tags", "list", id=12345, internal=0)["tags"]
    assert [row["tag"] for row in rows] == ["role"]


@pytest.mark.clause("10.2")
@pytest.mark.follows("A-06")
def test_the_tag_hostname_renames_the_server(emulator: Emulator) -> None:
    assert emulator.call("tags", "add", id=12345, tag="hostname", value="shop_1.example.com")["internal"] == 0
    assert hostname(emulator) == "shop_1.example.com"
    refused = emulator.call("tags", "remove", id=12345, tag="hostname")
    assert (refused["reason"], "cannot be removed" in refused["error"]) == ("invalid_parameter", True)
    for value in ("", "a b", "-a", "x" * 254):
        refused = emulator.call("tags", "add", id=12345, tag="hostname", value=value)
        assert refused["reason"] == "invalid_parameter"
    assert (hostname(emulator), tags(emulator)) == (
        "shop_1.example.com",
        {"role": "web", "hostname": "shop_1.example.com"},
    )


# 10.3


@pytest.mark.clause("10.3")
def test_a_server_is_renamed_with_its_tag_at_once(emulator: Emulator) -> None:
    assert emulator.eq("rename_server", hostname="web-9") == {"result": "OK", "action": "rename_server"}
    assert (hostname(emulator), tags(emulator)["hostname"]) == ("web-9", "web-9")
    (row,) = [row for row in emulator.call("tags", "list", id=12345)["tags"] if row["tag"] == "hostname"]
    assert row["internal"] == 1
    assert emulator.eq("rename_server", 12347, hostname="vds")["result"] == "OK"


@pytest.mark.clause("10.3")
def test_a_rename_that_the_live_api_ignores_changes_the_tag_alone(emulator: Emulator) -> None:
    rule = emulator.fault("rename_ignored")
    assert emulator.eq("rename_server", hostname="web-9")["result"] == "OK"
    assert (hostname(emulator), tags(emulator)["hostname"]) == ("web-1", "web-9")
    assert emulator.control("GET", "/requests")["requests"][-3]["fault"] == "rename_ignored"
    assert emulator.control("GET", "/faults")["faults"][0]["fired"] == 1, rule
    emulator.eq("rename_server", hostname="web-9")
    assert hostname(emulator) == "web-9"


@pytest.mark.clause("10.2", "10.3")
@pytest.mark.follows("A-21")
def test_a_locked_server_is_not_renamed_but_may_be_tagged(emulator: Emulator) -> None:
    emulator.start("vm", "create_snapshot", name="a")
    assert emulator.eq("rename_server", hostname="web-9")["reason"] == "vm_locked"
    refused = emulator.call("tags", "add", id=12345, tag="hostname", value="web-9")
    assert refused["reason"] == "vm_locked"
    assert hostname(emulator) == "web-1"
    assert emulator.call("tags", "add", id=12345, tag="a", value="b")["result"] == "OK"
    emulator.advance(until="idle")
    assert tags(emulator) == {"role": "web", "hostname": "web-1", "a": "b"}


def test_each_change_is_told_as_an_event_without_secrets(emulator: Emulator) -> None:
    with emulator.http.stream("GET", "/_emulator/accounts/demo/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "retry: 1000"
        key = add_ssh_key(emulator)["id"]
        emulator.call("ssh_keys", "delete", id=key)
        emulator.call("tags", "add", id=12345, tag="a", value="b")
        emulator.call("tags", "remove", id=12345, tag="a")
        emulator.eq("rename_server", hostname="web-9")
        made = add_api_key(emulator, server_id=12345)
        emulator.call("api_keys", "edit", **params(id=made["id"], name="new"))
        emulator.call("api_keys", "delete", **params(id=made["id"]))
        told: list[Json] = []
        while not told or told[-1]["kind"] != "api_key_removed":
            event = json.loads(next(line for line in lines if line.startswith("data: "))[6:])
            told.append(event)
    assert [without(event, "id", "at") for event in told if event["kind"] != "request"] == [
        {"kind": "ssh_key_added", "key": key, "name": "laptop"},
        {"kind": "ssh_key_removed", "key": key, "name": "laptop"},
        {"kind": "tag_set", "vm": 12345, "tag": "a"},
        {"kind": "tag_removed", "vm": 12345, "tag": "a"},
        {"kind": "tag_set", "vm": 12345, "tag": "hostname"},
        {"kind": "vm_renamed", "vm": 12345, "hostname": "web-9"},
        {"kind": "api_key_added", "key": made["id"], "name": "key", "server": 12345},
        {"kind": "api_key_changed", "key": made["id"], "name": "new", "server": 12345},
        {"kind": "api_key_removed", "key": made["id"], "name": "new", "server": 12345},
    ]
    assert made["api_key"] not in str(told)


def without(event: Json, *names: str) -> Json:
    return {name: value for name, value in event.items() if name not in names}
