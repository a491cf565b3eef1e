"""Contract 7: the content of a fresh emulator."""

import pytest

from tests.support.harness import Emulator


@pytest.mark.clause("7.1")
@pytest.mark.follows("A-14", "A-38")
def test_demo_accepts_token_key_and_password(emulator: Emulator) -> None:
    login = emulator.call("auth", "login", key="demo-api-key")
    assert login["result"]["email"] == "demo@example.com"
    assert emulator.call("auth", "info")["result"]["token"] == "HOSTKEY_TOKEN"
    whmcs = emulator.call("auth", "whmcslogin", user="demo@example.com", password="demo-password")
    assert whmcs["result"]["servers"] == [12345, 12346, 12347, 12348]


@pytest.mark.clause("7.1")
def test_a_fresh_world_has_no_past_tasks(emulator: Emulator) -> None:
    assert emulator.tasks == []


@pytest.mark.clause("7.2")
def test_the_four_vms(emulator: Emulator) -> None:
    vms = {vm["id"]: vm for vm in emulator.control("GET", "/vms")["vms"]}
    kinds = {id_: (vm["kind"], vm["power"], len(vm["snapshots"])) for id_, vm in vms.items()}
    assert kinds == {
        12345: ("VPS", "on", 2),
        12346: ("VPS", "off", 4),
        12347: ("VDS", "on", 0),
        12348: ("VPS", "off", 4),
    }
    assert (vms[12345]["engine"], vms[12345]["disk"]["size_gb"]) == ("openstack", 40)
    assert (vms[12346]["engine"], vms[12346]["num_max"]) == ("ovirt", 4)
    oldest = vms[12348]["snapshots"][0]["name"]
    rotation = {"num_max": 4, "enable_rotation": 1, "exclude_rotation": [oldest]}
    assert vms[12348]["engine"] == "openstack"
    assert vms[12348]["settings"] == {"snapshot": rotation}
