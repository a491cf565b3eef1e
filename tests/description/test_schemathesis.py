"""Schemathesis makes no call that is answered otherwise than described; docs/openapi.md says which checks are on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from harness import SEED, TOKEN, Running, running

PAGE = (Path(__file__).parents[2] / "docs" / "openapi.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| (yes|no) \| (yes|no) \|", PAGE, re.MULTILINE)
STREAM = "/_emulator/accounts/{name}/events"
"""It does not end by itself, so nothing can be held against it."""
MODULES = r"\.php$"
FEWEST = {"short": 8, "long": 50}
"""So many calls of each operation there must be, lest a run find nothing because it did nothing."""
SIZES = pytest.mark.parametrize("size", ["short", pytest.param("long", marks=pytest.mark.acceptance)])


@dataclass
class Run:
    """What a run found: how many calls it made of each operation, and what was wrong."""

    calls: dict[str, int] = field(default_factory=dict)
    checks: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Running]:
    """Return a server of its own: what is ordered here must not reach other tests."""
    with running(db="") as server:
        yield server


def run(schema: Any) -> Run:
    made = Run()
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError):
            made.wrong.append(f"{event.label}: {event.value!r}")
        if isinstance(event, events.FatalError):
            raise event.exception
        if isinstance(event, events.ScenarioFinished):
            add(made, event.recorder)
    return made


def add(made: Run, recorder: Any) -> None:
    made.calls[recorder.label] = made.calls.get(recorder.label, 0) + len(recorder.interactions)
    for case, checks in recorder.checks.items():
        for check in checks:
            made.checks.add(check.name)
            if check.failure_info is not None:
                sent = recorder.cases[case].value.as_curl_command()
                made.wrong.append(f"{check.name}: {check.failure_info.failure}\n{sent}")


def described(server: Running, column: int, size: str) -> Any:
    """Return the document with the checks on that this column of the page says."""
    config = {
        "seed": SEED,
        "checks": {row[0]: {"enabled": row[column] == "yes"} for row in ROWS},
        "phases": {
            "examples": {"enabled": False},
            "coverage": {"enabled": size == "long"},
            "stateful": {"enabled": False},
        },
        "generation": {"max-examples": 50 if size == "long" else 8, "database": "none"},
    }
    return schemathesis.openapi.from_url(
        f"{server.url}/openapi.json", config=SchemathesisConfig.from_dict(config)
    )


def is_valid(case: Any) -> bool:
    return bool(case.meta is None or case.meta.generation.mode == GenerationMode.POSITIVE)


def operations(schema: Any) -> set[str]:
    return {result.ok().label for result in schema.get_all_operations()}


@SIZES
def test_the_modules_answer_as_described(server: Running, size: str) -> None:
    schema = described(server, 1, size).include(path_regex=MODULES)

    def map_case(_context: Any, case: Any) -> Any:
        """Let calls come past the token, and meet VMs, that would else all be refused for these."""
        if is_valid(case) and isinstance(case.body, dict):
            case.body |= {"token": TOKEN} | ({"id": 12345} if "id" in case.body else {})
        return case

    schema.hook(map_case)
    made = run(schema)
    assert made.wrong == []
    assert len(made.calls) == 8
    assert made.calls.keys() == operations(schema)
    assert min(made.calls.values()) >= FEWEST[size]
    assert accepted(server) > 0
    if size == "long":
        assert made.checks == {name for name, modules, _ in ROWS if modules == "yes"}


@SIZES
def test_the_control_api_answers_as_described(server: Running, size: str) -> None:
    schema = described(server, 2, size).exclude(path_regex=MODULES).exclude(path=STREAM)
    there = {"name": "demo", "vm_id": "12345", "key": task_of(server)}

    def map_case(_context: Any, case: Any) -> Any:
        """Let calls meet an account, a VM, a task that are there."""
        if is_valid(case):
            case.path_parameters |= {name: there[name] for name in case.path_parameters if name in there}
        return case

    schema.hook(map_case)
    made = run(schema)
    assert made.wrong == []
    assert len(made.calls) >= 24
    assert made.calls.keys() == operations(schema)
    assert sum(made.calls.values()) >= FEWEST[size] * 10
    if size == "long":
        assert made.checks == {name for name, _, control in ROWS if control == "yes"}


def accepted(server: Running) -> int:
    """Return how many of the account's newest calls were no refusals."""
    journal = httpx.get(f"{server.url}/_emulator/accounts/demo/requests", params={"result": "ok"}).json()
    return len(journal["requests"])


def task_of(server: Running) -> str:
    form = {"action": "status", "token": TOKEN, "id": "12345"}
    key: str = httpx.post(f"{server.url}/eq.php", data=form).json()["callback"]
    return key


def test_every_check_is_accounted_for() -> None:
    load_all_checks()
    assert sorted(name for name, _, _ in ROWS) == sorted(CHECKS.get_all_names())
