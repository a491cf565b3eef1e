"""The size of a SQLite file, as docs/how-to/operations.md tells it."""

import re
import signal
from pathlib import Path

import pytest

from tests.support.processes import ROOT, served
from tests.support.wire import Wire

pytestmark = pytest.mark.acceptance

CALLS = 1_000
ACTIONS = (("vm", "get_snapshot"), ("eq", "show"), ("eq", "list"), ("eq", "status"))
MIB = 2**20


def size_after(folder: Path, calls: int) -> float:
    """Return the MiB of a file with one more account that made so many calls, after the server has stopped."""
    folder.mkdir()
    with served("--db", "worlds.db", cwd=folder) as server:
        with Wire(server.url) as wire:
            world = {"name": "busy", "scenario": "one-vm", "clock": "frozen"}
            token = wire.control("POST", "/accounts", world).json()["token"]
            for number in range(calls):
                module, action = ACTIONS[number % len(ACTIONS)]
                answer = wire.call(module, {"action": action, "token": token, "id": 12345})
                assert answer.reason is None
        assert server.stop(signal.SIGTERM)[0] == 0
    return sum(file.stat().st_size for file in folder.iterdir()) / MIB


def test_a_thousand_calls_take_about_as_much_as_the_page_says(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "operations.md").read_text(encoding="utf-8")
    (said,) = re.findall(r"^\| the first 1,000 calls of an account \| ([\d.]+) MiB \|", page, re.MULTILINE)
    grown = size_after(tmp_path / "busy", CALLS) - size_after(tmp_path / "quiet", 0)
    assert 0.5 < grown / float(said) < 2, grown
