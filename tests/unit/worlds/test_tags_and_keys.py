"""Tags, SSH keys and API keys in worlds: they are loaded, exported, and imported with new secrets."""

from typing import Any

import pytest

from tests.support.harness import Emulator, Json

SSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE9w me@example.com"
WORLD: Json = {
    "vms": [
        {"id": 5, "tags": {"role": "web", "note": {"value": "v", "extra": "more", "internal": 1}}},
        {"id": 6, "tags": {"role": {"value": "db", "id": 40}}},
    ],
    "ssh_keys": [{"name": "laptop", "key": SSH, "default": 1}, {"name": "old", "key": SSH, "id": 12}],
    "api_keys": [
        {"name": "all"},
        {"name": "one", "server_id": 6, "ip": "10.0.0.0/8, 192.0.2.7", "active": 0, "id": 3},
    ],
}


def imported(emulator: Emulator, world: Json = WORLD, status: int = 200) -> Json:
    return emulator.control("PUT", "/state", world, status)


def exported(emulator: Emulator) -> Json:
    return emulator.control("GET", "/state")


@pytest.mark.clause("10.1", "10.2", "10.4")
def test_a_world_has_tags_and_keys_with_numbers_after_the_largest_given(emulator: Emulator) -> None:
    imported(emulator)
    world = exported(emulator)
    assert [vm["tags"] for vm in world["vms"]] == [
        {
            "role": {"id": 41, "value": "web"},
            "note": {"id": 42, "value": "v", "extra": "more", "internal": 1},
            "hostname": {"id": 43, "value": "vm-5", "internal": 1},
        },
        {"role": {"id": 40, "value": "db"}, "hostname": {"id": 44, "value": "vm-6", "internal": 1}},
    ]
    assert [(key["id"], key["name"], key["default"]) for key in world["ssh_keys"]] == [
        (12, "old", 0),
        (45, "laptop", 1),
    ]
    one, everything = world["api_keys"]
    assert (everything["id"], everything["server_id"], everything["active"]) == (46, None, 1)
    assert (one["id"], one["server_id"], one["active"], one["ip"]) == (3, 6, 0, "10.0.0.0/8,192.0.2.7")
    assert world["counters"]["objects"] == 46


@pytest.mark.clause("10.4")
def test_an_export_has_no_secret_and_its_import_issues_new_ones(emulator: Emulator) -> None:
    first = imported(emulator)["keys"]
    assert sorted(first) == ["api_keys.3", "api_keys.46"]
    world = exported(emulator)
    assert not any(secret in str(world) for secret in first.values())
    second = imported(emulator, world)["keys"]
    assert second.keys() == first.keys()
    assert not {*first.values()} & {*second.values()}
    assert exported(emulator) == world
    assert emulator.call("auth", "login", key=second["api_keys.46"])["result"]["servers"] == [5, 6]
    assert emulator.call("auth", "login", key=first["api_keys.46"])["reason"] == "invalid_api_key"


@pytest.mark.clause("10.4")
def test_an_account_with_a_seed_gets_the_same_secrets_again(emulator: Emulator) -> None:
    def secrets() -> Any:
        with emulator.emulator.account(seed=5, name="again") as account:
            path = f"/_emulator/accounts/{account.name}/state"
            return emulator.http.put(path, json=WORLD).json()["keys"]

    assert secrets() == secrets()


def test_a_reset_takes_the_keys_away(emulator: Emulator) -> None:
    imported(emulator)
    emulator.reset()
    assert not {"ssh_keys", "api_keys"} & exported(emulator).keys()


def test_a_key_that_is_too_long_is_refused_with_its_limits(emulator: Emulator) -> None:
    world = {"ssh_keys": [{"name": "a", "key": f"{SSH} {'c' * 1_001}"}]}
    assert "at most 64, 16000 and 1000 characters" in imported(emulator, world, 422)["error"]["message"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ssh_keys": [{"name": "a"}]}, "ssh_keys.0.key"),
        ({"ssh_keys": [{"name": "a", "key": "nonsense"}]}, "ssh_keys.0.key"),
        ({"ssh_keys": [{"name": "a", "key": SSH, "default": 1}] * 2}, "ssh_keys.1.default"),
        ({"ssh_keys": [{"name": "a", "key": SSH, "id": 5}] * 2}, "ssh_keys.1.id"),
        ({"ssh_keys": [{"name": "a", "key": SSH, "created_at": "2199-01-01"}]}, "ssh_keys.0.created_at"),
        ({"ssh_keys": 5}, "ssh_keys"),
        ({"api_keys": [{"name": "a", "server_id": 7}]}, "api_keys.0.server_id"),
        ({"api_keys": [{"name": "a", "ip": "here"}]}, "api_keys.0.ip"),
        ({"api_keys": [{"name": "a", "api_key": "x" * 32}]}, "api_keys.0.api_key"),
        ({"api_keys": [{"name": "a", "active": 2}]}, "api_keys.0.active"),
        ({"api_keys": [{"name": "a", "login_notify_method": "pigeon"}]}, "api_keys.0.login_notify_method"),
        ({"vms": [{"id": 5, "tags": {"a": {"value": "x" * 257}}}]}, "vms.0.tags.a.value"),
        ({"vms": [{"id": 5, "tags": {"a": {"extra": "x" * 16_385}}}]}, "vms.0.tags.a.extra"),
        ({"vms": [{"id": 5, "tags": {"a": {"id": 0}}}]}, "vms.0.tags.a.id"),
        ({"vms": [{"id": 5, "tags": {"a": {"id": 9}, "b": {"id": 9}}}]}, "vms.0.tags.b.id"),
        ({"vms": [{"id": 5, "tags": {"a": 7}}]}, "vms.0.tags.a"),
    ],
)
def test_a_wrong_description_is_refused_with_its_place(emulator: Emulator, change: Json, field: str) -> None:
    before = exported(emulator)
    assert imported(emulator, WORLD | change, status=422)["error"]["field"] == field
    assert exported(emulator) == before


def change_vm(emulator: Emulator, **fields: Any) -> tuple[str, Json]:
    """Change VM 5. Return its hostname and its tags."""
    emulator.control("PATCH", "/vms/5", fields)
    whole = exported(emulator)["vms"][0]
    return whole["hostname"], whole["tags"]


@pytest.mark.clause("10.2", "10.3")
def test_a_changed_hostname_and_the_tag_follow_each_other(emulator: Emulator) -> None:
    imported(emulator)
    tags = exported(emulator)["vms"][0]["tags"]
    own = {"id": 43, "value": "a", "internal": 1}
    assert change_vm(emulator, hostname="a") == ("a", tags | {"hostname": own})
    assert change_vm(emulator, tags={"hostname": "b"}) == ("b", {"hostname": {"id": 43, "value": "b"}})
    assert change_vm(emulator, hostname="c", tags={"hostname": "d"})[0] == "c"
    assert change_vm(emulator, tags={"role": "x"}) == (
        "c",
        {"role": {"id": 47, "value": "x"}, "hostname": {"id": 43, "value": "c", "internal": 1}},
    )
    assert change_vm(emulator, hostname=None)[0] == "vm-5"


def test_the_keys_of_a_removed_vm_are_gone(emulator: Emulator) -> None:
    imported(emulator)
    emulator.http.delete("/_emulator/accounts/demo/vms/6")
    assert [key["name"] for key in exported(emulator)["api_keys"]] == ["all"]
