"""Steps of GitHub workflows and composite actions, run with bash as GitHub's runner runs them."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.harness import Json
from tests.support.processes import DEADLINE, ROOT, environment

WORKFLOWS = ROOT / ".github" / "workflows"
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""The runner's command for `shell: bash`."""

_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")


def workflow(name: str) -> Json:
    """Return a workflow. Its key `on`, which YAML 1.1 takes for true, has its name again."""
    loaded = yaml.safe_load((WORKFLOWS / name).read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in loaded.items()}


def action() -> Json:
    loaded: Json = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return loaded


def run_steps() -> dict[tuple[str, str, str], Json]:
    """Return the steps of all workflows that have commands, by workflow, job and name of the step."""
    return {
        (file.name, job, step["name"]): step
        for file in sorted(WORKFLOWS.glob("*.yml"))
        for job, described in workflow(file.name)["jobs"].items()
        for step in described.get("steps", [])
        if "run" in step
    }


@dataclass
class StepFailed(Exception):
    """A step ended with another status than 0."""

    status: int
    output: str


@dataclass
class Runner:
    """A runner with a folder for files of its own. Its contexts hold what expressions name: `steps.start.outputs.url`."""

    folder: Path
    workspace: Path
    contexts: dict[str, Any] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    sessions: list[int] = field(default_factory=list)

    def expand(self, text: str) -> str:
        """Put in the values of expressions. Raise KeyError for a name that nothing has set."""

        def value(found: re.Match[str]) -> str:
            at: Any = self.contexts
            for part in found[1].split("."):
                at = at[part]
            return str(at)

        return _EXPRESSION.sub(value, text)

    def run(self, step: Json, variables: Mapping[str, str] | None = None) -> str:
        """Run one step. Keep its outputs and paths, and return what it prints. Raise StepFailed if it fails."""
        files = {name: self.folder / name for name in ("GITHUB_OUTPUT", "GITHUB_PATH")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        own = {name: self.expand(str(value)) for name, value in step.get("env", {}).items()}
        system = {
            "HOME": str(self.folder),
            "RUNNER_TEMP": str(self.folder),
            "GITHUB_WORKSPACE": str(self.workspace),
        }
        paths = os.pathsep.join([*self.path, os.environ["PATH"]])
        given = {
            **system,
            "PATH": paths,
            **(variables or {}),
            **own,
            **{name: str(at) for name, at in files.items()},
        }
        output = self.folder / "output"
        with output.open("w", encoding="utf-8") as written:
            process = subprocess.Popen(
                [*BASH, "-c", self.expand(step["run"])],
                cwd=self.workspace, env=environment(**given), start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=written, stderr=subprocess.STDOUT,
            )  # fmt: skip
            self.sessions.append(process.pid)
            status = process.wait(timeout=5 * DEADLINE)
        printed = output.read_text(encoding="utf-8")
        if status:
            raise StepFailed(status, printed)
        self.path[:0] = files["GITHUB_PATH"].read_text(encoding="utf-8").split()
        if "id" in step:
            lines = files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()
            outputs = dict(line.split("=", 1) for line in lines)
            self.contexts.setdefault("steps", {})[step["id"]] = {"outputs": outputs}
        return printed

    def use_action(self, wanted: Mapping[str, str]) -> dict[str, str]:
        """Run our action with these inputs. Return its outputs."""
        described = action()
        unknown = set(wanted) - set(described["inputs"])
        assert not unknown, unknown
        defaults = {name: each["default"] for name, each in described["inputs"].items()}
        inner = Runner(
            self.folder, self.workspace, {"inputs": defaults | dict(wanted)}, self.path, self.sessions
        )
        inner.contexts["github"] = {"action_path": str(ROOT)}
        for step in described["runs"]["steps"]:
            inner.run(step)
        return {name: inner.expand(each["value"]) for name, each in described["outputs"].items()}

    def close(self) -> None:
        """End what steps have left running, as the end of a job does."""
        for session in self.sessions:
            with suppress(ProcessLookupError):
                os.killpg(session, signal.SIGKILL)


@contextmanager
def runner(folder: Path, workspace: Path) -> Iterator[Runner]:
    made = Runner(folder, workspace)
    try:
        yield made
    finally:
        made.close()
