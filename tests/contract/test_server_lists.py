"""Contract 6.1, 6.4: filters of lists, lists of whole servers, groups and sensors."""

import re
from typing import Any

import pytest

from tests.support.harness import Emulator, Json

VMS: list[Json] = [
    {"id": 1, "location": "NL", "ip": "192.0.2.1", "mac": "52:54:00:00:00:0a", "preset": "vm.pico"},
    {"id": 2, "location": "DE", "ip": "2001:db8::1", "power": "off", "kind": "VDS", "engine": "ovirt"},
    {
        "id": 3,
        "location": "NL",
        "hostname": "third",
        "preset": "own",
        "power": "off",
        "created_at": "2029-01-31T12:00:00Z",
    },
]


@pytest.fixture
def servers(emulator: Emulator) -> Emulator:
    emulator.control("PUT", "/state", {"vms": VMS})
    return emulator


def listed(emulator: Emulator, **filters: Any) -> list[Any]:
    answer = emulator.call("eq", "list", **filters)
    assert answer["result"] == "OK", answer
    found: list[Any] = answer["servers"]
    return found


@pytest.mark.clause("6.1")
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"location": "NL"}, [1, 3]),
        ({"location": "nl"}, []),
        ({"location": "US,DE, NL"}, [1, 2, 3]),
        ({"location": "US,DE"}, [2]),
        ({"location": "NL,DE", "group": "Gpu,VPS"}, [1, 3]),
        ({"status": "rent"}, [1, 2, 3]),
        ({"status": "power_off"}, []),
        ({"ip": "192.0.2.1"}, [1]),
        ({"ip": "2001:DB8:0::1"}, [2]),
        ({"ip": "192.0.2.99"}, []),
        ({"mac": "52:54:00:00:00:0A"}, [1]),
        ({"group": "VPS"}, [1, 3]),
        ({"group": "VDS", "location": "NL"}, []),
        ({"group": "VDS", "location": "DE", "status": "rent"}, [2]),
        ({"id": "1", "nonsense": "x"}, [1, 2, 3]),
    ],
)
@pytest.mark.follows("A-14", "A-39")
def test_filters_narrow_a_list(servers: Emulator, filters: Json, found: list[int]) -> None:
    assert listed(servers, **filters) == found
    assert [server["id"] for server in listed(servers, full=1, **filters)] == found


@pytest.mark.clause("6.1")
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("full", ["", "2", "yes"]),
        ("location", ["", "x" * 201, "a\n"]),
        ("status", ["", "RENT", "deploy"]),
        ("ip", ["", "192.0.2", "192.0.2.256", "192.0.2.01", "fe80::1%eth0", "1" * 46, ":::", "x"]),
        ("mac", ["", "52:54:00:00:00", "525400000001", "52-54-00-00-00-01"]),
        ("group", ["", "a\x00"]),
    ],
)
@pytest.mark.follows("A-06")
def test_a_filter_that_cannot_be_read_is_refused(emulator: Emulator, name: str, values: list[str]) -> None:
    for value in values:
        answer = emulator.call("eq", "list", **{name: value})
        assert (answer["reason"], name in answer["message"]) == ("invalid_parameter", True), value
    assert emulator.call("eq", "list", **{f"{name}[]": "1"})["reason"] == "invalid_parameter"


@pytest.mark.clause("6.1")
@pytest.mark.follows("A-14", "A-39")
def test_full_lists_have_whole_servers(servers: Emulator) -> None:
    servers.control("PUT", "/clock", {"mode": "frozen", "now": "2030-02-28T11:59:59Z"})
    first, _, third = listed(servers, full=1)
    assert (first["name"], first["price_EUR"]) == (first["hostname"], 4.0)
    assert third == {
        "id": 3,
        "status": "rent",
        "hostname": "third",
        "name": "third",
        "type": "VPS",
        "IP": servers.eq("show", 3)["IP"][0]["IP"],
        "location": "NL",
        "due_date": "2030-02-28",
        "price_EUR": 0.0,
    }
    servers.advance(1)
    assert listed(servers, full=1)[2]["due_date"] == "2030-03-31"
    assert listed(servers, full=0) == [1, 2, 3]


@pytest.mark.clause("6.1")
def test_a_full_list_of_no_servers_is_an_empty_list(emulator: Emulator) -> None:
    emulator.reset(scenario="empty")
    assert listed(emulator, full=1) == listed(emulator, location="NL") == []


@pytest.mark.clause("6.4")
@pytest.mark.parametrize(("vm", "groups"), [(12345, ["VPS"]), (12347, ["VDS"])])
@pytest.mark.follows("A-14")
def test_a_server_is_in_the_group_of_its_type(emulator: Emulator, vm: int, groups: list[str]) -> None:
    assert emulator.eq("groups", vm)["groups"] == groups
    assert vm in listed(emulator, group=groups[0])


@pytest.mark.clause("6.4")
@pytest.mark.follows("A-06", "A-09")
def test_groups_and_sensors_are_of_a_vm_of_the_account(emulator: Emulator) -> None:
    for action in ("groups", "sensors"):
        refused = emulator.eq(action, 99999)
        assert refused["message"] == f"failed to request {action} for 99999 - no such VM in this account"
        assert emulator.call("eq", action)["reason"] == "invalid_parameter"


@pytest.mark.clause("6.4")
@pytest.mark.follows("A-14")
def test_sensors_are_a_table_of_one_reading_a_line(emulator: Emulator) -> None:
    read = emulator.do("eq", "sensors")
    assert (read["result"], read["context"]["action"], read["context"]["id"]) == ("OK", "sensors", 12345)
    lines = [line.split(" | ") for line in read["scope"].splitlines()]
    assert [name for name, _, _ in lines] == ["CPU Temp", "System Temp", "FAN1", "FAN2"]
    assert all(re.fullmatch(r"\d+ (degrees C|RPM)", value) and state == "ok" for _, value, state in lines)
    off = emulator.do("eq", "sensors", 12346)["scope"]
    assert off.splitlines()[0] == "CPU Temp | no reading | ns"


@pytest.mark.clause("6.4")
def test_sensors_repeat_with_the_seed_and_change_with_time(emulator: Emulator) -> None:
    first = emulator.do("eq", "sensors")["scope"]
    emulator.advance(3600)
    assert emulator.do("eq", "sensors")["scope"] != first
    emulator.reset()
    assert emulator.do("eq", "sensors")["scope"] == first
