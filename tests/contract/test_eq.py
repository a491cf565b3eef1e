"""Contract 6: the part of `eq.php` that snapshot clients need."""

import pytest

from tests.support.harness import Emulator


@pytest.mark.clause("6.1")
@pytest.mark.follows("A-14")
def test_list_and_update_servers_answer_the_server_ids(emulator: Emulator) -> None:
    ids = [12345, 12346, 12347, 12348]
    assert emulator.call("eq", "list") == {"result": "OK", "action": "list", "servers": ids}
    assert emulator.call("eq", "update_servers") == {
        "result": "OK",
        "action": "update_servers",
        "servers": ids,
        "billing_servers": [],
        "deploy_keys": [],
    }


@pytest.mark.clause("6.2")
@pytest.mark.parametrize(
    ("vm", "kind", "engine", "power"),
    [
        (12345, "VPS", "openstack", "power_on"),
        (12346, "VPS", "ovirt", "power_off"),
        (12347, "VDS", "ovirt", "power_on"),
    ],
)
@pytest.mark.follows("A-14", "A-39")
def test_show_describes_a_vm(emulator: Emulator, vm: int, kind: str, engine: str, power: str) -> None:
    answer = emulator.eq("show", vm)
    data = answer["server_data"]
    assert (data["id"], data["type"], data["virtual"], data["status"]) == (vm, kind, 1, "rent")
    assert (data["power_status"], answer["ipmi"]["model"]) == (power, engine)
    assert {"preset", "hostname", "location", "created_at", "uuid"} <= set(data)
    whole = emulator.vm(vm)
    hardware = {"ram_mb": whole["memory"]["size_mb"], "disk_gb": whole["disk"]["size_gb"]}
    assert hardware.items() <= answer["hardware"].items()
    (address,) = answer["IP"]
    assert address["IP"] == address["ip"]
    assert (address["main_ip"], answer["interfaces"]) == (1, [{"mac": address["MAC"], "IsMain": 1}])
    assert all(set(tag) == {"tag", "value"} for tag in answer["tags"])
    assert answer["location"] == {"dc_location": whole["location"], "dc_name": whole["location"]}
    assert (data["Condition_Component"], data["ref_tableName"]) == (data["status"], kind)
    assert data["name"] == data["server_name"] == data["hostname"]
    assert {"tag": "hostname", "value": data["hostname"]} in answer["tags"]
    assert (type(answer["account_id"]), answer["type_billing"]) == (int, "whmcs_com")
    assert isinstance(answer["hwconfig"], str)


@pytest.mark.clause("6.3")
@pytest.mark.parametrize(
    ("action", "vm", "scope", "power"),
    [
        ("status", 12345, "VM is up now", "on"),
        ("status", 12346, "VM is down now", "off"),
        ("on", 12346, "VM is up now", "on"),
        ("on", 12345, "VM is up now", "on"),
        ("off", 12345, "VM is down now", "off"),
        ("off", 12346, "VM is down now", "off"),
        ("hard_off", 12345, "VM is down now", "off"),
        ("hard_off", 12346, "VM is down now", "off"),
        ("reboot", 12345, "VM is up now", "on"),
    ],
)
@pytest.mark.follows("A-14", "A-34")
def test_power_changes_when_the_task_ends(
    emulator: Emulator, action: str, vm: int, scope: str, power: str
) -> None:
    before = emulator.vm(vm)["power"]
    key = emulator.start("eq", action, vm, pin="1234")
    assert emulator.vm(vm)["power"] == before
    emulator.advance(until=key)
    answer = emulator.check(key)
    assert (answer["scope"], answer["context"]["action"], answer["context"]["id"]) == (scope, action, vm)
    assert emulator.vm(vm)["power"] == power
    assert emulator.eq("show", vm)["server_data"]["power_status"] == f"power_{power}"


@pytest.mark.clause("6.3")
@pytest.mark.follows("A-06", "A-09", "A-35")
def test_a_vm_that_is_off_cannot_be_rebooted(emulator: Emulator) -> None:
    answer = emulator.eq("reboot", 12346)
    assert answer["reason"] == "vm_not_running"
    assert answer["message"].startswith("failed to request reboot for 12346 - ")


@pytest.mark.follows("A-34")
def test_on_of_a_running_vm_changes_nothing(emulator: Emulator) -> None:
    key = emulator.start("eq", "on")
    events = emulator.advance(until=key)["events"]
    assert [event["kind"] for event in events] == ["task_stage", "task_ended"]
