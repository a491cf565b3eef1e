"""Large worlds are built one at a time, and changes in a large account come one after the other. Small ones do not wait."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from invapi_emulator.worlds.named import SMALL_WORLD
from tests.support.harness import Emulator, Json, Running
from tests.support.large_answer import Making, asking, settled
from tests.support.processes import DEADLINE

LARGE_WORLD = {"vms": [{"id": number} for number in range(1, SMALL_WORLD // 8)]}


@pytest.mark.parametrize(
    ("method", "path", "vm"), [("PATCH", "vms/1", {"num_max": 400}), ("POST", "vms", {"id": 5_000})]
)
def test_a_change_of_a_vm_waits_for_its_turn_in_a_large_account(
    emulator: Emulator, server: Running, making: Making, method: str, path: str, vm: Json
) -> None:
    accounts = f"{emulator.url}/_emulator/accounts"
    with (
        emulator.emulator.account(scenario="one-vm") as small,
        asking(server),
        ThreadPoolExecutor(1) as reader,
    ):
        making.wait(now=1, begun=1)
        waits = reader.submit(httpx.request, method, f"{accounts}/demo/{path}", json=vm, timeout=DEADLINE)
        settled(emulator)
        assert not waits.done()
        of_small = f"{accounts}/{small.name}/vms"
        httpx.patch(f"{of_small}/12345", json={"num_max": 4}).raise_for_status()
        httpx.post(of_small, json={"id": 5_000}).raise_for_status()
        making.may_end.set()
        assert waits.result(DEADLINE).is_success


@pytest.mark.parametrize(
    ("method", "path", "large", "small"),
    [
        ("PUT", "/{name}/state", LARGE_WORLD, {"vms": [{"id": 1}]}),
        ("POST", "/{name}/reset", {"scenario": "large"}, {"scenario": "demo"}),
        ("POST", "", {"scenario": "large"}, {"scenario": "demo"}),
    ],
    ids=["an import", "a reset", "a new account"],
)
def test_a_large_world_is_built_when_its_turn_comes(
    emulator: Emulator, server: Running, making: Making, method: str, path: str, large: Json, small: Json
) -> None:
    def sent(body: Any) -> httpx.Response:
        return httpx.request(method, url, json=body, timeout=DEADLINE).raise_for_status()

    with emulator.emulator.account(scenario="one-vm") as of_test:
        url = f"{emulator.url}/_emulator/accounts{path.format(name=of_test.name)}"
        with asking(server), ThreadPoolExecutor(1) as reader:
            making.wait(now=1, begun=1)
            waits = reader.submit(sent, large)
            settled(emulator)
            assert not waits.done()
            sent(small)
            making.may_end.set()
            assert len(waits.result(DEADLINE).json()["vms"]) >= 1_000
