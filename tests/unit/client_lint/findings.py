"""Reads the report."""

from typing import Any

from tests.support.harness import Emulator


def findings(client: Emulator) -> dict[str, dict[str, Any]]:
    """Return the findings, by id."""
    return {finding["id"]: finding for finding in client.control("GET", "/report")["findings"]}


def shown_by(client: Emulator, lint_rule: str) -> list[tuple[str, str]]:
    """Return module and action of the calls that show a finding."""
    calls = {call["id"]: call for call in client.control("GET", "/requests")["requests"]}
    numbers = findings(client)[lint_rule]["requests"]
    assert len(numbers) == findings(client)[lint_rule]["count"]
    return [(calls[number]["module"], calls[number]["action"]) for number in numbers]
