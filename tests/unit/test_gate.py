"""The gate, .ci/run, with commands that only note how they were called."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.recipe_pages import ROOT

BASE = ("bash", "dirname", "grep")
PARTS = ["check", "docs", "coverage", "test-postgres", "acceptance", "image-test"]


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """Return a folder with a few tools of the system, and with an apt-get and a make that note their arguments."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in BASE:
        found = next(path for path in os.get_exec_path() if (Path(path) / name).exists())
        (folder / name).symlink_to(Path(found) / name)
    for name in ("apt-get", "make"):
        noting = f'#!/usr/bin/env bash\necho "{name} $*" >>{tmp_path}/calls\n[ "$2$1" != "$FAILING" ]\n'
        (folder / name).write_text(noting, encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder


def gate(tools: Path, *parts: str, failing: str = "none") -> tuple[int, str, list[str]]:
    """Run the gate. Return its exit status, its output, and the calls of apt-get and make."""
    ended = subprocess.run(
        [ROOT / ".ci" / "run", *parts],
        env={"PATH": str(tools), "FAILING": failing},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, ended.stdout, (tools.parent / "calls").read_text(encoding="utf-8").splitlines()


def test_what_is_missing_is_installed_in_one_call(tools: Path) -> None:
    _, _, calls = gate(tools)
    (install,) = [call.split() for call in calls if call.startswith("apt-get install")]
    brought = {
        "git",
        "curl",
        "nodejs",
        "npm",
        "golang-go",
        "default-jdk-headless",
        "php-cli",
        "php-curl",
        "chromium",
    }
    assert brought <= set(install)
    assert [call for call in calls if call.startswith("apt-get")] == ["apt-get update -qq", " ".join(install)]


def test_a_command_from_elsewhere_is_kept(tools: Path) -> None:
    for name in ("node", "npm", "google-chrome"):
        (tools / name).symlink_to(tools / "make")
    _, _, calls = gate(tools)
    (install,) = [call.split() for call in calls if call.startswith("apt-get install")]
    assert {"nodejs", "npm", "chromium", "fonts-dejavu-core"}.isdisjoint(install)
    assert "golang-go" in install


def test_it_prints_the_time_of_each_part(tools: Path) -> None:
    status, output, calls = gate(tools)
    timed = re.findall(r"^(\S+) +\d+ min \d\d s", output, re.MULTILINE)
    assert (status, timed) == (0, ["packages", *PARTS, "total"])
    assert [call.removeprefix("make ") for call in calls if call.startswith("make")] == PARTS


def test_it_runs_the_parts_that_are_named(tools: Path) -> None:
    status, _, calls = gate(tools, "check", "test")
    assert (status, calls) == (0, ["make check", "make test"])


def test_it_ends_when_the_list_of_packages_cannot_be_read(tools: Path) -> None:
    status, _, calls = gate(tools, failing="-qqupdate")
    assert (status, calls) == (1, ["apt-get update -qq"])


def test_it_ends_at_a_part_that_fails_and_still_prints_the_times(tools: Path) -> None:
    status, output, calls = gate(tools, failing="coverage")
    assert (status, calls[-1]) == (1, "make coverage")
    assert re.findall(r"^(\S+) +\d+ min \d\d s", output, re.MULTILINE) == ["packages", *PARTS[:3], "total"]
    assert "coverage failed" in output
