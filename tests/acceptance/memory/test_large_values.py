"""Accounts with large values: few of them stay in memory."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.memory.test_memory import memory_mib
from tests.support.catalogues import SMALL
from tests.support.harness import Json
from tests.support.processes import served

pytestmark = pytest.mark.acceptance

GROWTH_MIB = 50
"""The growth is 3 to 23 MiB with catalogues, none with tags. It is 108 and 171 if all stay."""


def large_catalogue() -> Json:
    """Return a world with a catalogue whose presets have long tags, about 4 MB as text."""
    (preset,) = SMALL["presets"]
    tags = [{"tag": f"t{number}", "value": "v" * 250, "extra": "x" * 1_000} for number in range(20)]
    presets = [preset | {"id": number, "name": f"vm.{number}", "tags": tags} for number in range(1, 161)]
    return {"catalogue": SMALL | {"presets": presets}}


def large_tags() -> Json:
    """Return a world with VMs whose tags are as long as they may be, about 13 MB as text."""
    tags = {f"t{number}": {"value": "v", "extra": "x" * 16_000} for number in range(7)}
    return {"vms": [{"id": number, "tags": tags} for number in range(1, 120)]}


@pytest.mark.parametrize(("large", "accounts"), [(large_catalogue, 24), (large_tags, 12)])
def test_large_values_of_many_accounts_do_not_all_stay_in_memory(
    tmp_path: Path, large: Callable[[], Json], accounts: int
) -> None:
    world = large()
    with (
        served("--clock", "frozen", "--db", str(tmp_path / "worlds.db")) as server,
        server.emulator() as emulator,
    ):
        emulator.control("PUT", "/state", world)
        emulator.call("eq", "list", full=1)
        before = memory_mib(server)
        for number in range(accounts):
            made = emulator.http.post("/_emulator/accounts", json={"name": f"a{number}"}).json()
            emulator.http.put(f"/_emulator/accounts/a{number}/state", json=world).raise_for_status()
            listed = emulator.http.post("/eq.php", data={"action": "list", "full": 1, "token": made["token"]})
            assert listed.json()["result"] == "OK"
        grown = memory_mib(server) - before
        assert grown < GROWTH_MIB
