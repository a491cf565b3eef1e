"""The sessions of the README and the tour print what the pages show, and the README's commands work."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from scripts.install import pip_settings, uv_variables
from tests.acceptance.pages import ADDRESS, page, without_what_varies
from tests.support.harness import TOKEN
from tests.support.processes import DEADLINE, ROOT, environment, served
from tests.support.uv import uv_folder

pytestmark = pytest.mark.acceptance
README = page("README.md")
BIN = Path(sys.executable).parent
MARK = "--- end of the block ---"
FROZEN = ("--clock", "frozen")
"""A busy machine may take longer for a block than the demo's clock for a snapshot."""


def session(name: str) -> list[tuple[str, str]]:
    """Return the blocks of commands on a page, each with the output shown below it."""
    block = r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?"
    return re.findall(block, page(name), re.MULTILINE | re.DOTALL)


def paste(blocks: list[str], url: str, shell: str) -> list[str]:
    """Return what each block prints when all are pasted into one shell, in order."""
    typed = "".join(f"{block}echo '{MARK}'\n" for block in blocks).replace(ADDRESS, url)
    run = subprocess.run(
        [shell], input=typed, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=DEADLINE, check=True,
    )  # fmt: skip
    return run.stdout.split(f"{MARK}\n")[:-1]


def without_keys(output: str) -> str:
    return re.sub(r"\b[a-z0-9]{32}\b", "<key>", without_what_varies(output))


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_the_tour_prints_what_it_shows(shell: str) -> None:
    blocks = session("docs/start/tour.md")
    assert len(blocks) > 5
    with served(*FROZEN) as server:
        printed = paste([commands for commands, _ in blocks], server.url, shell)
    assert [without_keys(output) for output in printed] == [without_keys(shown) for _, shown in blocks]
    assert all(output == "" or output.endswith("\n") for output in printed)


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_the_session_of_the_readme_checks_a_snapshot_until_it_is_made(shell: str) -> None:
    ((commands, _),) = session("README.md")
    assert len(commands.splitlines()) == 6
    with served(*FROZEN) as server:
        (printed,) = paste([commands], server.url, shell)
    assert [json.loads(line)["result"] for line in printed.splitlines()] == ["Not ready", "OK", "OK"]
    assert printed.endswith("\n")


def test_the_pytest_test_of_the_readme_passes(tmp_path: Path) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert len(code.splitlines()) == 6
    (tmp_path / "test_backup.py").write_text(code)
    run = [str(BIN / "pytest"), "-q", "-W", "error"]
    ended = subprocess.run(run, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert "1 passed" in ended.stdout, ended


def test_every_command_of_the_readme_is_tried() -> None:
    elsewhere = {
        "make run": "tests/acceptance/test_clean_clone.py",
        "make test": ".ci/run",
        "docker build -t invapi-emulator .": "tests/image, with podman",
    }
    (shown,) = re.findall(r"^```bash\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    commands = {line.split("#")[0].strip() for line in shown.splitlines()}
    assert commands == {*elsewhere, "pipx install .", "uvx --from . invapi-emulator serve"}


def demo_is_at(url: str) -> bool:
    listed = httpx.post(f"{url}/eq.php", data={"action": "list", "token": TOKEN}).json()
    return 12345 in listed["servers"]


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """Return variables for uv and pipx: folders of the test's own, and the package index that pip is told."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    folders = {"UV_CACHE_DIR": "cache", "UV_TOOL_DIR": "tools", "PIPX_HOME": "pipx", "PIPX_BIN_DIR": "bin"}
    index = uv_variables(pip_settings(listed, environment()))
    return index | {name: str(tmp_path / folder) for name, folder in folders.items()}


def test_uvx_serves_without_an_installation(variables: dict[str, str]) -> None:
    uvx = [str(uv_folder() / "uvx"), "--from", ".", "invapi-emulator"]
    with served(command=uvx, variables=variables) as server:
        assert demo_is_at(server.url)
        assert server.stop(signal.SIGTERM)[0] == 0


def test_pipx_installs_both_commands(tmp_path: Path, variables: dict[str, str]) -> None:
    pipx = [str(uv_folder() / "uvx"), "pipx", "install", "."]
    subprocess.run(pipx, cwd=ROOT, env=environment(**variables), capture_output=True, check=True)
    assert {file.name for file in (tmp_path / "bin").iterdir()} == {"invapi-emulator", "invapi-conformance"}
    with served(command=[str(tmp_path / "bin" / "invapi-emulator")]) as server:
        assert demo_is_at(server.url)
