"""The workflows name parts, versions and files that exist. tests/acceptance runs their steps."""

import re
import tomllib

from tests.support.offenders import assert_none
from tests.support.recipe_pages import ROOT
from tests.support.workflow_runs import WORKFLOWS, action, workflow

FILES = sorted(file.name for file in WORKFLOWS.glob("*.yml"))
JOBS = {(file, job): described for file in FILES for job, described in workflow(file)["jobs"].items()}
STEPS = [(*key, step) for key, job in JOBS.items() for step in job.get("steps", [])]


def test_every_step_with_commands_has_a_name_of_its_own() -> None:
    named = [(file, job, step.get("name")) for file, job, step in STEPS if "run" in step]
    assert_none([key for key in named if key[2] is None or named.count(key) > 1])


def test_every_action_is_pinned() -> None:
    """To a major version, or to the branch that its makers name for that."""
    pinned = re.compile(r"[\w-]+/[\w./-]+@(v\d+|release/v\d+|[0-9a-f]{40})")
    used = [(file, step["uses"]) for file, _, step in STEPS if "uses" in step]
    assert used
    assert_none([(file, uses) for file, uses in used if not pinned.fullmatch(uses)])


def test_every_job_has_an_end() -> None:
    assert_none(
        [key for key, job in JOBS.items() if "uses" not in job and job.get("timeout-minutes", 360) > 45]
    )


def test_jobs_may_only_read_unless_they_publish() -> None:
    assert {file: workflow(file)["permissions"] for file in FILES} == {
        file: {"contents": "read"} for file in FILES
    }
    more = {key: job["permissions"] for key, job in JOBS.items() if "permissions" in job}
    assert more == {
        ("release.yml", "pypi"): {"id-token": "write"},
        ("release.yml", "image"): {"contents": "read", "packages": "write"},
    }


def test_the_checks_are_the_parts_of_the_gate() -> None:
    (parts,) = re.findall(
        r"set -- packages (.+)$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert JOBS["checks.yml", "gate"]["strategy"]["matrix"]["part"] == parts.split()


def test_the_matrix_has_every_version_of_python_that_the_package_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [
        match[1] for line in project["classifiers"] if (match := re.fullmatch(r".*Python :: (3\.\d+)", line))
    ]
    assert JOBS["checks.yml", "python"]["strategy"]["matrix"]["python"] == named


def test_a_release_needs_only_a_tag_and_publishes_after_the_checks() -> None:
    described = workflow("release.yml")
    assert described["on"] == {"push": {"tags": ["v*"]}}
    assert workflow("checks.yml")["on"].keys() >= {"workflow_call"}
    for job in ("pypi", "image"):
        assert described["jobs"][job]["needs"] == ["checks", "build"]
    (image,) = [step for step in described["jobs"]["image"]["steps"] if "build-push" in step.get("uses", "")]
    assert image["with"]["platforms"] == "linux/amd64,linux/arm64"


def test_the_action_has_a_default_and_a_description_for_each_input() -> None:
    described = action()
    assert list(described["inputs"]) == ["version", "path", "port", "scenario", "clock"]
    assert_none(
        [name for name, each in described["inputs"].items() if {"default", "description"} - set(each)]
    )
    assert "url" in described["outputs"]
