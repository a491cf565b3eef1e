"""The addresses of VMs: in world files, exports and changes."""

from typing import Any

import pytest

from tests.support.harness import Emulator, Json
from tests.support.worlds_in_use import bytes_of, exported, refused


def addresses(emulator: Emulator) -> dict[int, str]:
    return {vm["id"]: vm["ip"] for vm in exported(emulator)["vms"]}


def put(emulator: Emulator, *vms: Json, status: int = 200) -> Json:
    return emulator.control("PUT", "/state", {"vms": list(vms)}, status)


@pytest.mark.parametrize("ip", ["8.8.8.8", "10.0.0.1", "2001:db8::1", "2A02:6B8::2:242", "::ffff:1.2.3.4"])
def test_a_vm_can_be_given_an_address(emulator: Emulator, ip: str) -> None:
    put(emulator, {"id": 1, "ip": ip}, {"id": 2})
    assert emulator.eq("show", 1)["IP"][0]["IP"] == ip
    before = bytes_of(emulator)
    emulator.control("PUT", "/state", exported(emulator))
    assert bytes_of(emulator) == before
    emulator.control("PATCH", "/vms/2", {"ip": "198.51.100.9"})
    assert addresses(emulator) == {1: ip, 2: "198.51.100.9"}


@pytest.mark.parametrize(
    "ip",
    ["", "x", "192.0.2", "192.0.2.256", "192.0.2.01", ":::", "1::2::3", "fe80::1%eth0", "192.0.2.0/24", 5],
)
def test_what_is_no_address_is_refused(emulator: Emulator, ip: Any) -> None:
    before = bytes_of(emulator)
    for answer in (
        emulator.control("PATCH", "/vms/12345", {"ip": ip}, 422),
        emulator.control("POST", "/vms", {"id": 9, "ip": ip}, 422),
    ):
        assert refused(answer)[0] == "ip"
    assert refused(put(emulator, {"id": 1, "ip": ip}, status=422))[0] == "vms.0.ip"
    assert bytes_of(emulator) == before


@pytest.mark.parametrize(("first", "second"), [("8.8.8.8", "8.8.8.8"), ("2001:db8::1", "2001:DB8:0::1")])
def test_two_vms_cannot_be_given_one_address(emulator: Emulator, first: str, second: str) -> None:
    assert (
        refused(put(emulator, {"id": 1, "ip": first}, {"id": 2, "ip": second}, status=422))[0] == "vms.1.ip"
    )
    put(emulator, {"id": 1, "ip": first}, {"id": 2})
    before = bytes_of(emulator)
    answer = emulator.control("PATCH", "/vms/2", {"ip": second}, 422)
    assert refused(answer)[0] == "ip"
    assert "another VM" in answer["error"]["message"]
    emulator.control("PATCH", "/vms/1", {"ip": second, "hostname": "same"})
    assert addresses(emulator)[1] == second
    emulator.control("PATCH", "/vms/1", {"ip": first, "hostname": "vm-1"})
    assert bytes_of(emulator) == before


def test_a_given_address_is_not_generated_for_another_vm(emulator: Emulator) -> None:
    put(emulator, {"id": 2}, {"id": 5, "ip": "203.0.113.3"}, {"id": 256})
    found = addresses(emulator)
    assert (found[5], len(set(found.values()))) == ("203.0.113.3", 3)
    emulator.control("POST", "/vms", {"id": 510}, 201)
    before = bytes_of(emulator)
    emulator.control("PUT", "/state", exported(emulator))
    assert bytes_of(emulator) == before
    assert refused(emulator.control("POST", "/vms", {"id": 764, "ip": "203.0.113.3"}, 422))[0] == "ip"


def test_generated_addresses_may_repeat_and_others_keep_theirs(emulator: Emulator) -> None:
    put(emulator, {"id": 1}, {"id": 255})
    assert addresses(emulator) == {1: "203.0.113.2", 255: "203.0.113.2"}
    emulator.control("PUT", "/state", exported(emulator))
    emulator.control("PATCH", "/vms/1", {"hostname": "new"})
    assert addresses(emulator) == {1: "203.0.113.2", 255: "203.0.113.2"}
    assert refused(emulator.control("POST", "/vms", {"id": 3, "ip": "203.0.113.2"}, 422))[0] == "ip"


def test_addresses_are_of_an_account(emulator: Emulator) -> None:
    put(emulator, {"id": 1, "ip": "8.8.8.8"})
    with emulator.emulator.account() as other:
        other.emulator.control("POST", f"/accounts/{other.name}/vms", {"id": 9, "ip": "8.8.8.8"})
        assert other.call("eq", "show", id=9)["IP"][0]["IP"] == "8.8.8.8"
