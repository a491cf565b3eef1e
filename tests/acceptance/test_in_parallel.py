"""Two hundred tests on four workers share one emulator, ten times in a row, without any reset."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import DEADLINE, Served, environment, served

pytestmark = pytest.mark.acceptance

PLUGINS = ("-p", "no:cacheprovider", "-p", "xdist", "-p", "invapi_emulator.pytest_entry")
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Other plugins of this project take five seconds of each run to load."""

SUITE = '''
import json
import urllib.parse
import urllib.request

import pytest


def call(account, module, action, **fields):
    form = urllib.parse.urlencode({"action": action, "token": account.token, **fields}).encode()
    with urllib.request.urlopen(f"{account.url}/{module}.php", form, timeout=60) as answer:
        return json.load(answer)


def snapshots(account, vm):
    return [row["name"] for row in call(account, "vm", "get_snapshot", id=vm)["snapshots"]]


@pytest.mark.parametrize("n", range(200))
def test_nobody_else_is_in_this_world(invapi, n):
    """The same VM, and in every fourth test the same name, in all the worlds at once."""
    name = f"nightly-{n % 4}"
    key = call(invapi, "vm", "create_snapshot", id=12345, name=name)["callback"]
    assert call(invapi, "eq", "off", id=12345)["code"] == -1
    assert call(invapi, "eq_callback", "check", key=key)["result"] == "Not ready"
    ended = [event for event in invapi.advance_until_idle()["events"] if event["kind"] == "task_ended"]
    assert [event["task"] for event in ended] == [key]
    assert call(invapi, "eq_callback", "check", key=key)["result"] == "OK"
    listed = call(invapi, "vm", "get_snapshot", id=12345)["snapshots"]
    assert [row["name"] for row in listed] == ["fresh-install", "before-release", name]
    invapi.verify(count=5)
'''


@pytest.fixture(scope="module")
def shared() -> Iterator[Served]:
    """Return the one emulator. It logs no refusals, because its pipe is not read meanwhile."""
    with served("--log-level", "error") as server:
        yield server


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("suite")
    (folder / "test_suite.py").write_text(SUITE, encoding="utf-8")
    return folder


@pytest.mark.parametrize("again", range(10))
def test_two_hundred_tests_pass_in_parallel(shared: Served, suite: Path, again: int) -> None:
    command = [sys.executable, "-m", "pytest", "-n", "4", "-q", *PLUGINS]
    ended = subprocess.run(
        command, cwd=suite, env=environment(INVAPI_EMULATOR_URL=shared.url, **ALONE), timeout=DEADLINE * 5,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, f"run {again}: {ended.stdout[-5000:]}{ended.stderr[-2000:]}"
    assert "200 passed" in ended.stdout
    with shared.emulator() as emulator:
        left = emulator.http.get("/_emulator/accounts").json()["accounts"]
    assert [account["name"] for account in left] == ["demo"]
