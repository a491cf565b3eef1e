"""Each step of the workflows that has commands runs here, or is listed below with the reason why not."""

import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from invapi_emulator import __version__
from tests.support.offenders import assert_none
from tests.support.processes import ROOT
from tests.support.workflow_runs import BASH, Runner, StepFailed, run_steps, runner, workflow

pytestmark = pytest.mark.acceptance

STEPS = run_steps()
ENGINE = "it needs a Docker engine"
NOT_RUN = {
    ("container.yml", "engine", name): ENGINE
    for name in (
        "Build the image",
        "Run a container on a read-only root",
        "Wait until the container is healthy",
        "Call the API",
        "Stop the container",
        "Start the compose file",
        "Call the API of the compose file",
        "Start three servers on one PostgreSQL",
        "Call the API behind the balancer",
        "Stop the compose file",
        "Run the Testcontainers recipe",
    )
}
"""Steps that no test runs, each with the reason."""

IN_ORDER = {key: step for key, step in STEPS.items() if key[:2] == ("release.yml", "build")}
"""Steps that need those before them."""


def test_the_list_of_steps_that_are_not_run_names_existing_steps() -> None:
    assert_none(sorted(set(NOT_RUN) - set(STEPS)))


def test_every_step_has_valid_syntax() -> None:
    scripts = {key: Runner(Path(), Path(), _any_context()).expand(step["run"]) for key, step in STEPS.items()}
    assert_none(
        key
        for key, script in scripts.items()
        if subprocess.run([*BASH, "-n", "-c", script], check=False).returncode
    )


def _any_context() -> dict[str, Any]:
    return {"matrix": {"part": "check", "python": "3.11"}}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Runner]:
    """Return a runner in this repository. Its make only says what it would do, its apt-get does nothing."""
    tools = tmp_path / "tools"
    tools.mkdir()
    make = shutil.which("make")
    for name, command in (("make", f'exec {make} -n "$@"'), ("apt-get", "true")):
        (tools / name).write_text(f"#!/usr/bin/env bash\n{command}\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    with runner(tmp_path, ROOT) as running:
        running.path.append(str(tools))
        yield running


def matrices(file: str, job: str) -> list[dict[str, str]]:
    """Return the values of a job's matrix, one for each of its runs."""
    matrix = workflow(file)["jobs"][job].get("strategy", {}).get("matrix", {})
    return [dict(zip(matrix, values, strict=True)) for values in product(*matrix.values())]


@pytest.mark.parametrize("key", sorted(set(STEPS) - set(NOT_RUN) - set(IN_ORDER)), ids="/".join)
def test_a_step_passes_for_each_value_of_its_matrix(running: Runner, key: tuple[str, str, str]) -> None:
    for values in matrices(*key[:2]):
        running.contexts = {"matrix": values}
        running.run(STEPS[key])


def test_the_release_is_built_checked_and_served(tmp_path: Path) -> None:
    """With the tag of the present version. Nothing is published."""
    with runner(tmp_path, ROOT) as running:
        for step in IN_ORDER.values():
            running.run(step, {"GITHUB_REF_NAME": f"v{__version__}"})
    assert sorted(file.name for file in (tmp_path / "dist").iterdir()) == [
        f"invapi_emulator-{__version__}-py3-none-any.whl",
        f"invapi_emulator-{__version__}.tar.gz",
    ]
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"invapi_emulator/cli/serve.py", "invapi_emulator/migrations/env.py"} <= set(names)


def test_a_tag_of_another_version_is_refused(tmp_path: Path) -> None:
    step = STEPS["release.yml", "build", "Compare the tag with the version"]
    with runner(tmp_path, ROOT) as running, pytest.raises(StepFailed) as failed:
        running.run(step, {"GITHUB_REF_NAME": "v99.0.0"})
    assert f"::error::the tag is v99.0.0, and the version is {__version__}" in failed.value.output
