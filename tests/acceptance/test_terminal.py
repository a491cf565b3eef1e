"""`serve` on a terminal: a banner on stdout, a short coloured log on stderr; elsewhere what programs read."""

import json
import re
from pathlib import Path

import httpx
import pytest

from tests.support.harness import TOKEN
from tests.support.processes import DEADLINE
from tests.support.terminal import STYLE, served_on_a_terminal

pytestmark = pytest.mark.acceptance
READY = re.compile(r"invapi-emulator ready on (http://\S+)\n")
CALL = {"action": "get_snapshot", "id": "99999", "token": TOKEN}
LINE = re.compile(r"^[0-9:]{8} vm/get_snapshot 99999 refused vm_not_found [0-9.]+ ms demo$", re.MULTILINE)


def rows(shown: str) -> dict[str, str]:
    """Return the rows of a banner by name."""
    return dict(re.findall(r"^  (\w[\w ]*?)  +(\S.*)$", shown, re.MULTILINE))


def url_in(shown: str) -> str:
    found = READY.match(shown)
    assert found, shown
    return found[1]


def test_the_banner_tells_where_everything_is() -> None:
    with served_on_a_terminal() as terminal:
        shown = terminal.until("Ctrl-C stops it")
        url = url_in(shown)
        assert rows(shown) == {
            "page": f"{url}/",
            "base URL": url,
            "token": f"{TOKEN} (account demo)",
            "clock": "real: 10 times as fast as real time",
            "store": "in memory, gone when the server stops",
            "docs": f"{url}/docs",
            "commands": f"export INVAPI_EMULATOR_URL={url}",
        }
        assert httpx.get(rows(shown)["docs"], timeout=DEADLINE).status_code == 200
        page = httpx.get(rows(shown)["page"], headers={"Accept": "text/html"}, timeout=DEADLINE)
        assert page.headers["content-type"].startswith("text/html")
        assert "\x1b[1m" in terminal.shown


@pytest.mark.parametrize(
    ("clock", "says"),
    [
        ("frozen", "frozen: `invapi-emulator advance` moves it"),
        ("auto", "auto: 10 times as fast as real time, and jumps when tasks are polled"),
    ],
)
def test_the_banner_has_the_clock_and_the_store_that_are_there(tmp_path: Path, clock: str, says: str) -> None:
    file = str(tmp_path / "worlds.db")
    for flags in (("--clock", clock), ()):  # the second start finds the account
        with served_on_a_terminal("--db", file, *flags, "--host", "0.0.0.0") as terminal:
            shown = rows(terminal.until("Ctrl-C stops it"))
        assert (shown["clock"], shown["store"]) == (says, file)
        assert shown["base URL"].startswith("http://127.0.0.1:")


def test_each_call_is_a_short_line_in_colours() -> None:
    with served_on_a_terminal() as terminal:
        url = url_in(terminal.until("Ctrl-C stops it"))
        httpx.post(f"{url}/vm.php", data=CALL, timeout=DEADLINE)
        assert LINE.search(terminal.until(" demo\n"))
        assert "\x1b[33mrefused vm_not_found\x1b[0m" in terminal.shown


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_without_colours_there_is_no_escape_sequence(variables: dict[str, str]) -> None:
    with served_on_a_terminal(**variables) as terminal:
        url = url_in(terminal.until("Ctrl-C stops it"))
        httpx.post(f"{url}/vm.php", data=CALL, timeout=DEADLINE)
        assert LINE.search(terminal.until(" demo\n"))
        assert "\x1b" not in terminal.shown


def test_json_stays_json_on_a_terminal() -> None:
    with served_on_a_terminal("--log-format", "json") as terminal:
        url = url_in(terminal.until("Ctrl-C stops it"))
        httpx.post(f"{url}/vm.php", data=CALL, timeout=DEADLINE)
        last = terminal.until("vm_not_found").rstrip("\n").split("\n")[-1]
    assert json.loads(last)["reason"] == "vm_not_found"


def test_only_the_log_is_short_when_only_stderr_is_a_terminal() -> None:
    with served_on_a_terminal("--host", "0.0.0.0", streams="err") as terminal:
        shown = terminal.until("controls this emulator\n")
    assert re.fullmatch(r"[0-9:]{8} WARNING listening on 0\.0\.0\.0 without --admin-token: .*\n", shown)


def test_there_is_only_a_banner_when_only_stdout_is_a_terminal() -> None:
    with served_on_a_terminal(streams="out") as terminal:
        url = url_in(terminal.until("Ctrl-C stops it"))
        httpx.post(f"{url}/vm.php", data=CALL, timeout=DEADLINE)
    assert terminal.plain.endswith("Ctrl-C stops it.\n")
    assert STYLE.search(terminal.shown)
