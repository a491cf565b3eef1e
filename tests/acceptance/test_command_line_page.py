"""The page of the command line prints what it shows, in its order."""

import re
import sys
from pathlib import Path

import pytest

from tests.acceptance.pages import ADDRESS, examples, page, type_in, without_what_varies
from tests.support.processes import served

pytestmark = pytest.mark.acceptance
_SET_THERE = "INVAPI_EMULATOR_URL="


def plain(output: str) -> str:
    """Return an output without times and the width of columns."""
    return re.sub(r" +", " ", re.sub(r"[0-9.]+ ms", "<ms>", without_what_varies(output)))


@pytest.mark.parametrize("name", ["faults", "refusals"])
def test_the_commands_of_a_how_to_page_work(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    found = [words for words, _ in examples(page(f"docs/how-to/{name}.md")) if words.startswith("invapi-")]
    assert found
    with served() as server:
        monkeypatch.setenv("INVAPI_EMULATOR_URL", server.url)
        for command in found:
            assert not type_in(f"{command} || echo failed", server.url).endswith("failed\n"), command


def test_every_example_prints_what_the_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    found = examples(page("docs/reference/cli.md"))
    assert len(found) > 15
    with served("--clock", "frozen", "--seed", "7") as server:
        monkeypatch.setenv("INVAPI_EMULATOR_URL", server.url)
        for command, output in found:
            at = ADDRESS if command.startswith(_SET_THERE) else server.url
            assert plain(type_in(command, at).replace(server.url, ADDRESS)) == plain(output), command
