"""The recipe of Testcontainers runs as it is on its page: on a played engine, and on a real one where there is one."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.recipe_runs import failed, nobody_listens, npm_folder, ran
from tests.support.played_engine import IMAGE, PORT, Engine, played_engine
from tests.support.processes import DEADLINE
from tests.support.recipe_pages import text_of, write_files

pytestmark = pytest.mark.acceptance

NO_ENGINE = "no Docker engine answers; start it"
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:randomly")
NODE = ("node", "--test")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (packages,) = re.findall(r"`npm install ([^`]+)`", text_of("testcontainers.md"))
    folder = npm_folder(tmp_path_factory, *packages.split())
    write_files("testcontainers.md", folder)
    return folder


@pytest.fixture
def engine() -> Iterator[Engine]:
    with played_engine() as engine:
        yield engine


def variables_of(engine: Engine) -> dict[str, str]:
    return {
        "DOCKER_HOST": engine.url,
        "TESTCONTAINERS_RYUK_DISABLED": "true",
        "TESTCONTAINERS_CONNECTION_MODE": "docker_host",
    }


def assert_one_container(engine: Engine) -> None:
    """One container of the image was asked for, with the page's settings. It is gone."""
    (asked,) = engine.created
    assert asked.request["Image"].removesuffix(":latest") == IMAGE
    assert asked.request["Env"] == ["INVAPI_EMULATOR_CLOCK=auto"]
    assert asked.exposed() == [f"{PORT}/tcp"]
    assert engine.containers == {}


def test_the_python_suite_passes_on_a_played_engine(engine: Engine, folder: Path) -> None:
    with ran(*PYTEST, cwd=folder, **variables_of(engine)) as (_, output):
        assert re.search(r"\b2 passed\b", output), (output, engine.unknown)
    assert_one_container(engine)


def test_the_node_suite_passes_on_a_played_engine(engine: Engine, folder: Path) -> None:
    with ran(*NODE, cwd=folder, **variables_of(engine)) as (_, output):
        assert re.search(r"\bpass 2\b", output), (output, engine.unknown)
    assert_one_container(engine)


@pytest.mark.parametrize("command", [PYTEST, NODE], ids=["python", "node"])
def test_without_an_engine_the_page_tells_what_to_start(folder: Path, command: tuple[str, ...]) -> None:
    output = failed(*command, cwd=folder, DOCKER_HOST=f"tcp://{nobody_listens()}")
    assert NO_ENGINE in output


@pytest.fixture
def real_engine() -> None:
    """Skip where no engine has the image. The workflow container.yml builds it, and sets TEST_NEEDS_ENGINE."""
    try:
        command = ["docker", "image", "inspect", IMAGE]
        subprocess.run(command, check=True, capture_output=True, timeout=DEADLINE)
    except (OSError, subprocess.SubprocessError) as problem:
        if os.environ.get("TEST_NEEDS_ENGINE"):
            raise
        pytest.skip(f"no Docker engine with the image {IMAGE}: {problem}")


@pytest.mark.usefixtures("real_engine")
@pytest.mark.parametrize(
    ("command", "success"), [(PYTEST, r"\b2 passed\b"), (NODE, r"\bpass 2\b")], ids=["python", "node"]
)
def test_both_suites_pass_on_a_real_engine(folder: Path, command: tuple[str, ...], success: str) -> None:
    with ran(*command, cwd=folder) as (_, output):
        assert re.search(success, output), output
