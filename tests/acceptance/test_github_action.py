"""The steps of action.yml run as on GitHub, alone and in the job of the recipe."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.acceptance.recipe_runs import free_port
from tests.support.offenders import assert_none
from tests.support.processes import ROOT
from tests.support.recipe_pages import files_in, text_of, write_files
from tests.support.workflow_runs import Runner, StepFailed, action, runner

pytestmark = pytest.mark.acceptance

INSTALL, START = action()["runs"]["steps"]


def inputs(**wanted: str) -> dict[str, str]:
    return {name: each["default"] for name, each in action()["inputs"].items()} | {"port": "0"} | wanted


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a runner's folder in which the first step has installed the emulator from this repository."""
    folder = tmp_path_factory.mktemp("runner")
    with runner(folder, folder) as running:
        running.contexts = {"inputs": inputs(), "github": {"action_path": str(ROOT)}}
        running.run(INSTALL)
        assert running.path == [str(folder / "invapi-emulator" / "bin")]
    return folder


@pytest.fixture
def running(installed: Path) -> Iterator[Runner]:
    with runner(installed, installed) as running:
        yield running


def account_at(url: str) -> dict[str, Any]:
    account: dict[str, Any] = httpx.get(f"{url}/_emulator/accounts").json()["accounts"][0]
    return account


def test_it_starts_an_emulator_with_its_inputs_that_outlives_the_step(running: Runner) -> None:
    running.contexts["inputs"] = inputs(scenario="one-vm", clock="frozen")
    assert "ready on" in running.run(START)
    account = account_at(running.contexts["steps"]["start"]["outputs"]["url"])
    assert (account["scenario"], account["clock"]["mode"]) == ("one-vm", "frozen")


def test_it_listens_on_the_port_that_it_is_given(running: Runner) -> None:
    running.contexts["inputs"] = inputs(port=free_port())
    running.run(START)
    url = running.contexts["steps"]["start"]["outputs"]["url"]
    assert url == f"http://127.0.0.1:{running.contexts['inputs']['port']}"


def test_a_start_that_fails_tells_the_reason(running: Runner) -> None:
    running.contexts["inputs"] = inputs(scenario="no-such-world")
    with pytest.raises(StepFailed) as failed:
        running.run(START)
    assert "::error::the emulator does not start: invapi-emulator: " in failed.value.output
    assert "no-such-world" in failed.value.output


@pytest.mark.parametrize(
    ("wanted", "package"),
    [
        ({"version": "1.2.3"}, "invapi-emulator==1.2.3"),
        ({"path": "./emulator"}, "./emulator"),
        ({}, str(ROOT)),
    ],
)
def test_it_installs_what_its_inputs_name(tmp_path: Path, wanted: dict[str, str], package: str) -> None:
    """A python3 that makes an environment with itself in it, and notes its arguments, is first on the path."""
    tools = tmp_path / "tools"
    tools.mkdir()
    noting = f"""#!/usr/bin/env bash
echo "$*" >>{tmp_path}/calls
[ "$2" != venv ] || install -D {tools}/python3 "$3/bin/python"
"""
    (tools / "python3").write_text(noting, encoding="utf-8")
    (tools / "python3").chmod(0o755)
    with runner(tmp_path, tmp_path) as running:
        running.path.append(str(tools))
        running.contexts = {"inputs": inputs(**wanted), "github": {"action_path": str(ROOT)}}
        running.run(INSTALL)
    assert (tmp_path / "calls").read_text(encoding="utf-8").splitlines()[-1].endswith(f" {package}")


def test_the_job_of_the_recipe_passes_with_the_action(installed: Path, tmp_path: Path) -> None:
    """Where a file of the recipe names port 8650, a free one is used."""
    (text,) = [text for name, text in files_in("github-actions.md").items() if name.endswith("-action.yml")]
    job = yaml.safe_load(text.replace("8650", free_port()))["jobs"]["test"]
    write_files("node.md", tmp_path)
    with runner(installed, tmp_path) as running:
        for step in job["steps"]:
            if "/invapi-emulator@" in step.get("uses", ""):
                outputs = running.use_action({name: str(value) for name, value in step["with"].items()})
                running.contexts["steps"] = {step["id"]: {"outputs": outputs}}
            elif "run" in step:
                printed = running.run(step)
                assert "failure()" in step.get("if", "") or re.search(r"\bpass 3\b", printed), printed


def test_every_input_is_in_the_table_of_the_recipe() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| .+? \| ([^|]+) \|$", text_of("github-actions.md"), re.MULTILINE))
    described = action()["inputs"]
    assert list(rows) == list(described)
    assert_none(
        name for name, each in described.items() if each["default"] and rows[name] != f"`{each['default']}`"
    )
