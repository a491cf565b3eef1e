"""Calls that schemathesis makes from a server's description. docs/reference/openapi.md lists the enabled checks."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import schemathesis
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from invapi_emulator.engine.action import PARTLY_KNOWN_MODULES
from tests.support.harness import TOKEN

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "openapi.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| (yes|no) \| (yes|no) \|", PAGE, re.MULTILINE)
STREAM = "/_emulator/accounts/{name}/events"
"""This operation does not end by itself, so it cannot be checked."""
HANGS_AFTER = 60
"""Seconds without an answer after which a call counts as hanging. Generous, for a busy machine."""
_Expected: TypeAlias = dict[str, dict[str, Any]]
_REFUSALS: _Expected = {
    "negative_data_rejection": {"expected-statuses": [400, 401, 403, 404, 409, 413, 422, 429]}
}
"""A body of more items than a list takes may have more values than its route takes: 413, before it is parsed."""
_NOT_EMULATED: _Expected = {"not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", 501]}}
"""What is expected of a module in which any action that nobody describes is 501 (contract 11.6)."""
MODULES = r"\.php$"
PARTLY_KNOWN = rf"^/({'|'.join(sorted(PARTLY_KNOWN_MODULES))})\.php$"


@dataclass
class Run:
    """The result of a run: the number of calls of each operation, and the errors."""

    calls: dict[str, int] = field(default_factory=dict)
    checks: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


def calls_of_modules(url: str, seed: int, examples: int, *, coverage: bool) -> tuple[Run, set[str]]:
    """Call the modules. Return the result and the described operations."""
    known = _described(url, 1, seed, examples, coverage=coverage).exclude(path_regex=PARTLY_KNOWN)
    partly = _described(url, 1, seed, examples, coverage=coverage, expected=_NOT_EMULATED)
    made, operations = Run(), set[str]()
    for schema in (known.include(path_regex=MODULES), partly.include(path_regex=PARTLY_KNOWN)):
        schema.hook("map_case")(_of_demo)
        _run(schema, made)
        operations |= _operations(schema)
    return made, operations


def _of_demo(_context: Any, case: Any) -> Any:
    """Give calls a valid token and existing VMs. Otherwise all would be refused for these."""
    if _is_valid(case) and isinstance(case.body, dict):
        case.body |= {"token": TOKEN} | ({"id": 12345} if "id" in case.body else {})
    return case


def calls_of_the_control_api(url: str, seed: int, examples: int, *, coverage: bool) -> tuple[Run, set[str]]:
    """Call the control API. Return the result and the described operations."""
    schema = _described(url, 2, seed, examples, coverage=coverage).exclude(path_regex=MODULES)
    schema = schema.exclude(path=STREAM)
    there = {"name": "demo", "vm_id": "12345", "key": _task_of(url)}

    def map_case(_context: Any, case: Any) -> Any:
        """Give calls an existing account, VM and task."""
        if _is_valid(case):
            case.path_parameters |= {name: there[name] for name in case.path_parameters if name in there}
        return case

    schema.hook(map_case)
    made = Run()
    _run(schema, made)
    return made, _operations(schema)


def _described(
    url: str, column: int, seed: int, examples: int, *, coverage: bool, expected: _Expected | None = None
) -> Any:
    """Return the document with the checks that this column of the page enables, and the statuses they expect."""
    statuses = _REFUSALS | (expected or {})
    config = {
        "seed": seed,
        "request-timeout": HANGS_AFTER,
        "checks": {row[0]: {"enabled": row[column] == "yes"} | statuses.get(row[0], {}) for row in ROWS},
        "phases": {
            "examples": {"enabled": False},
            "coverage": {"enabled": coverage},
            "stateful": {"enabled": False},
        },
        "generation": {"max-examples": examples, "database": "none"},
    }
    return schemathesis.openapi.from_url(
        f"{url}/openapi.json", timeout=HANGS_AFTER, config=SchemathesisConfig.from_dict(config)
    )


def _run(schema: Any, made: Run) -> None:
    """Make the calls, and add the result to `made`."""
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError):
            made.wrong.append(f"{event.label}: {event.value!r}")
        if isinstance(event, events.FatalError):
            raise event.exception
        if isinstance(event, events.ScenarioFinished):
            _add(made, event.recorder)


def _add(made: Run, recorder: Any) -> None:
    made.calls[recorder.label] = made.calls.get(recorder.label, 0) + len(recorder.interactions)
    for case, checks in recorder.checks.items():
        for check in checks:
            made.checks.add(check.name)
            if check.failure_info is not None:
                sent = recorder.cases[case].value.as_curl_command()
                made.wrong.append(f"{check.name}: {check.failure_info.failure}\n{sent}")


def _is_valid(case: Any) -> bool:
    return bool(case.meta is None or case.meta.generation.mode == GenerationMode.POSITIVE)


def _operations(schema: Any) -> set[str]:
    return {result.ok().label for result in schema.get_all_operations()}


def _task_of(url: str) -> str:
    form = {"action": "status", "token": TOKEN, "id": "12345"}
    key: str = httpx.post(f"{url}/eq.php", data=form, timeout=HANGS_AFTER).json()["callback"]
    return key
