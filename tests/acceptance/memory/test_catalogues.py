"""Catalogues of accounts: few large ones stay in memory."""

from pathlib import Path

import pytest

from tests.acceptance.memory.test_memory import memory_mib
from tests.support.catalogues import SMALL
from tests.support.harness import Json
from tests.support.processes import served

pytestmark = pytest.mark.acceptance

ACCOUNTS = 24
GROWTH_MIB = 50
"""The growth is 3 MiB. It is 108 if all stay."""


def large_catalogue() -> Json:
    """Return a catalogue whose presets have long tags, about 4 MB as text."""
    (preset,) = SMALL["presets"]
    tags = [{"tag": f"t{number}", "value": "v" * 250, "extra": "x" * 1_000} for number in range(20)]
    presets = [preset | {"id": number, "name": f"vm.{number}", "tags": tags} for number in range(1, 161)]
    return SMALL | {"presets": presets}


def test_the_catalogues_of_many_accounts_do_not_all_stay_in_memory(tmp_path: Path) -> None:
    catalogue = large_catalogue()
    with (
        served("--clock", "frozen", "--db", str(tmp_path / "worlds.db")) as server,
        server.emulator() as emulator,
    ):
        emulator.control("PUT", "/state", {"catalogue": catalogue})
        before = memory_mib(server)
        for number in range(ACCOUNTS):
            emulator.http.post("/_emulator/accounts", json={"name": f"a{number}"}).raise_for_status()
            path = f"/_emulator/accounts/a{number}/state"
            emulator.http.put(path, json={"catalogue": catalogue}).raise_for_status()
        grown = memory_mib(server) - before
        assert grown < GROWTH_MIB
