"""VMs are added, changed and removed, with descriptions as in a world."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invapi_emulator.worlds.schema import VmSpec
from tests.support.harness import MORE, Emulator, Json
from tests.support.worlds_in_use import bytes_of, exported, live_through_everything, refused

NEW_ID = 777


def add(emulator: Emulator, status: int = 201, **fields: Any) -> Json:
    return emulator.control("POST", "/vms", {"id": NEW_ID} | fields, status)


def change(emulator: Emulator, vm: int = 12345, status: int = 200, **fields: Any) -> Json:
    return emulator.control("PATCH", f"/vms/{vm}", fields, status)


def written(emulator: Emulator, vm: int = 12345) -> Json:
    """Return a VM as in the account's exported world."""
    return next(each for each in exported(emulator)["vms"] if each["id"] == vm)


def test_a_vm_requires_only_its_id(emulator: Emulator) -> None:
    answer = add(emulator)
    assert answer == emulator.vm(NEW_ID)
    assert (answer["kind"], answer["engine"], answer["power"]) == ("VPS", "openstack", "on")
    assert answer["disk"].items() >= {"size_gb": 40, "used_gb": 12}.items()
    assert emulator.call("eq", "list")["servers"] == [NEW_ID, 12345, 12346, 12347, 12348]
    assert emulator.do("vm", "create_snapshot", NEW_ID, name="a")["result"] == "OK"


def test_a_vm_on_a_small_disk_uses_less_of_it(emulator: Emulator) -> None:
    assert add(emulator, disk={"size_gb": 10})["disk"]["used_gb"] == 3


def test_a_vm_is_added_as_described(emulator: Emulator) -> None:
    fields: Json = {
        "kind": "VPS", "engine": "ovirt", "location": "US", "hostname": "db", "preset": "big", "cpu_count": 9,
        "uuid": "00000000-0000-4000-8000-000000000001", "ip": "198.51.100.7", "mac": "56:6f:00:00:00:01",
        "created_at": "2029-06-01T00:00:00Z", "tags": {
            "b": {"id": 8, "value": "1"}, "hostname": {"id": 9, "value": "db"},
            "a": {"id": 7, "value": "2", "extra": "x", "internal": 1},
        },
        "power": "on",
        "running_since": "2029-12-31T23:59:59.500000Z",
        "power_changes": [{"at": "2029-12-31T23:30:00Z", "power": "on"}],
        "disk": {"size_gb": 50, "used_gb": 20.5, "generation": 5, "fingerprint": "0123456789abcdef"},
        "memory": {"size_mb": 1024, "generation": 6, "fingerprint": "fedcba9876543210"}, "num_max": 2,
        "started": {"on": 4}, "settings": {"snapshot": {"enable_rotation": 1, "exclude_rotation": ["x"]}},
        "snapshots": [{
            "name": "x", "type": "weekly", "id": 900, "status": "error", "size": 5,
            "image_id": "00000000-0000-4000-8000-000000000002", "created_at": "2029-07-01T00:00:00Z",
            "disk": {"used_gb": 19, "generation": 1, "fingerprint": "1" * 16},
            "memory": {"generation": 1, "fingerprint": "2" * 16},
        }],
        "tasks": [],
    }  # fmt: skip
    add(emulator, **fields)
    assert written(emulator, NEW_ID) == {"id": NEW_ID} | fields
    assert exported(emulator)["counters"]["sequence"] == 900
    shown = emulator.eq("show", NEW_ID)
    tags = [(tag["tag"], tag["value"]) for tag in shown["tags"]]
    assert tags == [("b", "1"), ("hostname", "db"), ("a", "2")]
    assert shown["IP"][0]["IP"] == "198.51.100.7"


def test_an_id_in_use_is_a_conflict(emulator: Emulator) -> None:
    before = bytes_of(emulator)
    error = emulator.control("POST", "/vms", {"id": 12345}, 409)["error"]
    assert (error["reason"], error["field"]) == ("vm_exists", "id")
    assert bytes_of(emulator) == before


@pytest.mark.parametrize(
    ("place", "fields"),
    [
        ("id", {"id": 0}),
        ("colour", {"colour": "red"}),
        ("disk.used_gb", {"disk": {"used_gb": 41}}),
        ("snapshots.0.name", {"snapshots": [{}]}),
        ("snapshots.0.id", {"snapshots": [{"name": "a", "id": 1}]}),
        ("tasks.0.action", {"tasks": [{"action": "x"}]}),
    ],
)
def test_an_error_in_a_new_vm_is_named_with_its_place(emulator: Emulator, place: str, fields: Json) -> None:
    before = bytes_of(emulator)
    assert refused(emulator.control("POST", "/vms", {"id": NEW_ID} | fields, 422))[0] == place
    assert bytes_of(emulator) == before


def test_sequence_numbers_and_keys_of_other_vms_are_refused(emulator: Emulator) -> None:
    key = emulator.start("eq", "status")
    (number,) = [task["sequence"] for task in written(emulator)["tasks"]]
    for place, task in (("key", {"key": key}), ("sequence", {"sequence": number})):
        answer = add(emulator, 422, tasks=[{"action": "status"} | task])
        assert refused(answer)[0] == f"tasks.0.{place}"


def test_a_vm_that_is_removed_and_added_again_is_as_before(emulator: Emulator) -> None:
    live_through_everything(emulator)
    before = bytes_of(emulator)
    for vm in json.loads(before)["vms"]:
        assert emulator.http.delete(f"/_emulator/accounts/demo/vms/{vm['id']}").status_code == 204
        emulator.control("POST", "/vms", vm, 201)
    assert bytes_of(emulator) == before


def test_a_removed_vm_is_gone_with_its_tasks(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    assert emulator.http.delete("/_emulator/accounts/demo/vms/12345").content == b""
    assert emulator.check(key)["reason"] == "key_not_found"
    assert emulator.call_vm("get_snapshot")["reason"] == "vm_not_found"
    assert emulator.advance(until="idle")["events"] == []
    assert emulator.control("DELETE", "/vms/12345", status=404)["error"]["reason"] == "vm_not_found"


def test_a_change_keeps_everything_that_it_does_not_name(emulator: Emulator) -> None:
    live_through_everything(emulator)
    before = bytes_of(emulator)
    for vm in (12345, 12346, 12347, 12348):
        change(emulator, vm)
        change(emulator, vm, id=vm)
        change(emulator, vm, **written(emulator, vm))
    assert bytes_of(emulator) == before


def test_a_change_merges_objects_and_replaces_lists_and_maps(emulator: Emulator) -> None:
    before = written(emulator)
    change(emulator, hostname="new", disk={"used_gb": 39}, memory={"size_mb": 1}, tags={}, snapshots=[])
    after = written(emulator)
    assert after["disk"] == before["disk"] | {"used_gb": 39}
    assert after["memory"] == before["memory"] | {"size_mb": 1}
    assert (after["hostname"], set(after["tags"]), after["snapshots"]) == ("new", {"hostname"}, [])
    named = {"hostname", "disk", "memory", "tags", "snapshots"}
    assert {key: value for key, value in after.items() if key not in named} == {
        key: value for key, value in before.items() if key not in named
    }


def test_a_change_of_power_happens_at_once(emulator: Emulator) -> None:
    emulator.advance(100.5)
    running = written(emulator)
    off = change(emulator, power="off")
    assert (off["power"], off["memory"]["fingerprint"]) == ("off", None)
    assert off["disk"]["fingerprint"] != running["disk"]["fingerprint"]
    stopped = written(emulator)
    assert stopped["power_changes"] == [{"at": "2030-01-01T00:01:40.500000Z", "power": "off"}]
    assert stopped["running_since"] is None
    emulator.advance(60)
    on = change(emulator, power="on")
    assert (on["power"], bool(on["memory"]["fingerprint"])) == ("on", True)
    assert written(emulator)["running_since"] == "2030-01-01T00:02:40.500000Z"
    assert change(emulator, power="on") == on


def test_a_vm_can_be_switched_off_during_its_snapshot(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    assert change(emulator, power="off")["locked_by"] == key
    emulator.advance(until="idle")
    assert emulator.check(key)["result"] == "OK"
    assert emulator.vm(12345)["snapshots"][-1]["memory"]["fingerprint"] is None


def test_a_vm_switched_on_during_its_snapshot_runs_from_its_end(
    emulator: Emulator,
) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    change(emulator, power="off")
    assert change(emulator, power="on")["power"] == "on"
    assert written(emulator)["running_since"] is None
    end = emulator.advance(until=key)["now"]
    assert written(emulator)["running_since"] == end


def test_a_change_of_power_makes_a_running_restore_fail(emulator: Emulator) -> None:
    key = emulator.start("vm", "restore_snapshot", 12346, name="monday")
    assert change(emulator, 12346, power="on")["locked_by"] == key
    emulator.advance(until=key)
    assert emulator.check(key)["error"] == "the VM is running; power it off first"


def test_removing_tasks_lets_the_vm_go_on(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    emulator.advance(2)
    assert change(emulator, tasks=[])["locked_by"] is None
    assert emulator.check(key)["reason"] == "key_not_found"
    assert written(emulator)["running_since"] == "2030-01-01T00:00:02Z"


def test_an_added_task_locks_the_vm_and_pauses_it(emulator: Emulator) -> None:
    emulator.advance(0.5)
    change(emulator, tasks=[{"action": "status"}])
    assert written(emulator)["running_since"] == "2030-01-01T00:00:00Z"
    change(emulator, tasks=[{"action": "create_snapshot", "context": {"name": "a"}}])
    assert written(emulator)["running_since"] is None
    assert emulator.eq("off")["reason"] == "vm_locked"
    emulator.advance(until="idle")
    assert emulator.listed()[-1] == "a"


def test_a_new_snapshot_comes_after_the_existing_ones(emulator: Emulator) -> None:
    kept = written(emulator)["snapshots"]
    change(emulator, snapshots=[*kept[1:], {"name": "new", "with_memory": True}])
    before_release, new = emulator.vm(12345)["snapshots"]
    assert before_release["openstack_image_id"] == kept[1]["image_id"] != new["openstack_image_id"]
    assert int(new["snapshot_id"]) > int(before_release["snapshot_id"])
    assert new["memory"]["fingerprint"]


@pytest.mark.parametrize(
    ("place", "fields"),
    [
        ("id", {"id": 12346}),
        ("power", {"power": "up"}),
        ("disk", {"disk": 5}),
        ("disk.used_gb", {"disk": {"size_gb": 1}}),
        ("kind", {"kind": None}),
        ("snapshots", {"kind": "VDS"}),
        ("snapshots.0.created_at", {"snapshots": [{"name": "a", "created_at": "2031-01-01T00:00:00Z"}]}),
        ("tasks.0.action", {"tasks": [{"action": "restore_snapshot", "context": {"name": "fresh-install"}}]}),
        ("tasks.0.action", {"tasks": [{"action": 5}]}),
        ("x", {"x": 1}),
    ],
)  # fmt: skip
def test_an_error_in_a_change_is_named_and_changes_nothing(
    emulator: Emulator, place: str, fields: Json
) -> None:
    before = bytes_of(emulator)
    response = emulator.http.patch("/_emulator/accounts/demo/vms/12345", content=json.dumps(fields))
    assert response.status_code == 422
    assert response.json()["error"]["field"] == place
    assert bytes_of(emulator) == before


@pytest.mark.parametrize("body", ["[]", "5", "null", '"x"', "{", ""])
def test_a_change_that_is_not_an_object_is_refused(emulator: Emulator, body: str) -> None:
    assert emulator.http.patch("/_emulator/accounts/demo/vms/12345", content=body).status_code == 422


@pytest.mark.no_cover
@settings(max_examples=50 * MORE, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    field=st.sampled_from(sorted(VmSpec.model_fields)),
    part=st.sampled_from([None, "size_gb", "used_gb", "fingerprint", "0", "snapshot"]),
    value=st.sampled_from(
        [None, True, -1, 0, 1.5, 2**63, "", "on", "\x00", "\ud800", [], {}, [None], {"a": 1}]
    ),
)
def test_no_change_causes_a_server_error(
    emulator: Emulator, field: str, part: str | None, value: Any
) -> None:
    body = json.dumps({field: value if part is None else {part: value}})
    response = emulator.http.patch("/_emulator/accounts/demo/vms/12345", content=body)
    assert response.status_code in {200, 422}, response.text
    assert emulator.do("eq", "on")["result"] == "OK"


@pytest.mark.parametrize(
    "fields",
    [
        {"ip": "198.51.100.9"},
        {"ip": "2001:db8::9"},
        {"snapshots": [{"name": "a", "id": 5}]},
        {"tasks": [{"action": "status", "sequence": 5_000}]},
        {"tags": {"a": {"value": "1", "id": 5_000}}},
    ],
    ids=["IPv4", "IPv6", "snapshot", "task", "tag"],
)
def test_two_changes_at_once_do_not_give_one_thing_to_two_vms(emulator: Emulator, fields: Json) -> None:
    """A change is built in steps, and the other one may be stored meanwhile."""
    tasks = {vm: [{"action": "status", "key": f"{vm}{n:031}"} for n in range(500)] for vm in (1, 2)}
    world = {"vms": [{"id": vm, "tasks": of_vm} for vm, of_vm in tasks.items()]}

    def status_of_change(vm: int) -> int:
        path = f"/_emulator/accounts/demo/vms/{vm}"
        return emulator.http.patch(path, json=fields).status_code

    with ThreadPoolExecutor(2) as pool:
        for _ in range(5):
            emulator.control("PUT", "/state", world)
            assert sorted(pool.map(status_of_change, (1, 2))) == [200, 422]
