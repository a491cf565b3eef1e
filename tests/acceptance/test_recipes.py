"""The recipes' files run as they are on their pages. Only addresses are the test's own."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.acceptance.pages import examples, type_in, without_what_varies
from tests.acceptance.recipe_runs import PATH, failed, free_port, nobody_listens, ran, still_running
from tests.support.processes import DEADLINE, environment, served, wait_until
from tests.support.recipe_pages import blocks, files_in, text_of, write_files

pytestmark = pytest.mark.acceptance
PORT = "8650"
TESTS = {
    "node --test": ("node.md", r"\bpass 3\b"),
    "pytest --invapi-lint=error": ("python.md", r"\b10 passed\b"),
}
"""A job: the page with the files that it needs, and its output on success."""


def without_keys(output: str) -> str:
    return re.sub(r"\b[a-z0-9]{32}\b", "<key>", output)


def test_the_bash_page_prints_what_it_shows_and_leaves_nothing_running(tmp_path: Path) -> None:
    write_files("bash.md", tmp_path)
    (printed,) = blocks("bash.md", "text")
    with ran("bash", "backup-test.sh", cwd=tmp_path, CI_JOB_ID="4711") as (session, output):
        assert without_keys(output) == without_keys(printed)
        wait_until(lambda: not still_running(session))


def test_the_bash_page_fails_when_the_emulator_does_not_start(tmp_path: Path) -> None:
    write_files("bash.md", tmp_path)
    script = ["bash", "backup-test.sh"]
    broken = environment(PATH=PATH, INVAPI_EMULATOR_RATE="0")
    ended = subprocess.run(
        script, cwd=tmp_path, env=broken, capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("invapi-emulator: INVAPI_EMULATOR_RATE: ")


@pytest.mark.parametrize("elsewhere", [False, True])
def test_the_python_page_passes(tmp_path: Path, *, elsewhere: bool) -> None:
    """With the plugin's own server, or with one that is already running."""
    write_files("python.md", tmp_path)
    with served() as server:
        variables = {"INVAPI_EMULATOR_URL": server.url} if elsewhere else {}
        with ran("pytest", "-q", "-W", "error", cwd=tmp_path, **variables) as (_, output):
            assert re.search(TESTS["pytest --invapi-lint=error"][1], output), output


def test_the_node_page_passes_and_leaves_no_account_behind(tmp_path: Path) -> None:
    write_files("node.md", tmp_path)
    with served() as server:
        with ran("node", "--test", cwd=tmp_path, INVAPI_EMULATOR_URL=server.url) as (_, output):
            assert re.search(TESTS["node --test"][1], output), output
        with server.emulator() as emulator:
            accounts = emulator.http.get("/_emulator/accounts").json()["accounts"]
            assert [account["name"] for account in accounts] == ["demo"]


@pytest.mark.parametrize(
    ("page", "command", "told"),
    [
        ("node.md", "node --test", "no emulator answers at http://{0}; start one: invapi-emulator serve"),
        ("python.md", "pytest -q", "no emulator answers at http://{0}"),
    ],
)
def test_a_suite_fails_at_once_where_no_emulator_answers(
    tmp_path: Path, page: str, command: str, told: str
) -> None:
    write_files(page, tmp_path)
    address = nobody_listens()
    output = failed(*command.split(), cwd=tmp_path, INVAPI_EMULATOR_URL=f"http://{address}")
    assert told.format(address) in output


@pytest.mark.parametrize("page", ["terraform.md", "panel.md", "whmcs.md", "mcp-server.md", "python.md"])
def test_the_commands_of_a_clients_page_print_what_it_shows(page: str) -> None:
    commands = examples(text_of(page))
    assert commands
    with served("--clock", "frozen", "--seed", "7") as server:
        for command, shown in commands:
            assert without_what_varies(type_in(command, server.url)) == without_what_varies(shown), command


def run_job(lines: list[str], cwd: Path, **variables: str) -> None:
    """Run the lines of a job, except the installation, which needs an address that does not exist here."""
    typed = [line for line in lines if not line.startswith("pip install ")]
    page, success = TESTS[typed[-1]]
    write_files(page, cwd)
    with ran("bash", "-e", "-o", "pipefail", "-c", "\n".join(typed), cwd=cwd, **variables) as (_, output):
        assert re.search(success, output), output


def github_lines(job: dict[str, Any]) -> list[str]:
    """Return the steps of a job, each in its own shell, without those that run only on failure."""
    steps = [step["run"].strip() for step in job["steps"] if "run" in step and "if" not in step]
    return [f"bash -e -c {shlex.quote(step)}" if "\n" in step else step for step in steps]


def test_the_github_job_with_a_service_container_passes(tmp_path: Path) -> None:
    job = yaml.safe_load(files_in("github-actions.md")[".github/workflows/snapshots.yml"])["jobs"]["test"]
    service = job["services"]["emulator"]
    assert service["ports"] == [f"{PORT}:{PORT}"]
    assert job["env"] == {"INVAPI_EMULATOR_URL": f"http://127.0.0.1:{PORT}"}
    with served(variables=service["env"]) as server:
        run_job(github_lines(job), tmp_path, INVAPI_EMULATOR_URL=server.url)


def test_the_github_job_of_a_python_suite_passes(tmp_path: Path) -> None:
    job = yaml.safe_load(files_in("github-actions.md")[".github/workflows/snapshots-pytest.yml"])["jobs"][
        "test"
    ]
    run_job(github_lines(job), tmp_path)


def test_the_gitlab_job_with_a_service_passes(tmp_path: Path) -> None:
    job = yaml.safe_load(files_in("gitlab-ci.md")[".gitlab-ci.yml"])["snapshots"]
    (service,) = job["services"]
    assert job["variables"] == {"INVAPI_EMULATOR_URL": f"http://{service['alias']}:{PORT}"}
    with served(variables=service["variables"]) as server:
        run_job(job["before_script"] + job["script"], tmp_path, INVAPI_EMULATOR_URL=server.url)


def test_the_gitlab_job_without_a_container_passes(tmp_path: Path) -> None:
    port = free_port()
    job = yaml.safe_load(files_in("gitlab-ci.md")[".gitlab-ci.yml"].replace(PORT, port))["snapshots-pip"]
    run_job(job["before_script"] + job["script"], tmp_path, INVAPI_EMULATOR_PORT=port, **job["variables"])
