"""What falls due in the very request that exports, imports or changes a world."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.support.fake_clock import FakeClock
from tests.support.harness import Emulator, Json, running


@pytest.fixture
def late(time: FakeClock) -> Iterator[Emulator]:
    """Yield an account without a worker, in which two snapshots have fallen due."""
    with running(time, clock="real", no_worker=True) as server, httpx.Client(base_url=server.url) as http:
        emulator = Emulator(server, http)
        for vm in (12345, 12348):
            emulator.start("vm", "create_snapshot", vm, name="late")
        time.go_on(3_600)
        yield emulator


def numbers(world: Json) -> list[int]:
    """Return the numbers of all snapshots and tasks."""
    held = [each for vm in world["vms"] for each in (*vm["snapshots"], *vm.get("tasks", ()))]
    return [each.get("sequence", each.get("id")) for each in held]


def export(emulator: Emulator) -> None:
    world = emulator.control("GET", "/state")
    assert "late" in [snapshot["name"] for snapshot in world["vms"][0]["snapshots"]]
    assert max(numbers(world)) <= world["counters"]["sequence"]
    emulator.control("PUT", "/state", world)


def add(emulator: Emulator) -> None:
    emulator.control("POST", "/vms", {"id": 1, "snapshots": [{"name": "new"}]}, status=201)


def change(emulator: Emulator) -> None:
    emulator.control("PATCH", "/vms/12348", {"snapshots": [{"name": "new"}]})


def bring_back(emulator: Emulator) -> None:
    emulator.control("PUT", "/state", {"version": 1, "vms": [{"id": 1, "snapshots": [{"name": "new"}]}]})


@pytest.mark.parametrize("request_", [export, add, change, bring_back])
def test_a_number_is_given_out_once(late: Emulator, request_: Callable[[Emulator], Any]) -> None:
    request_(late)
    late.start("eq", "on" if request_ is not bring_back else "off", vm=1 if request_ is bring_back else 12345)
    world = late.control("GET", "/state")
    given = numbers(world)
    assert len(given) == len(set(given))
    assert max(given) <= world["counters"]["sequence"]
    late.control("PUT", "/state", world)
