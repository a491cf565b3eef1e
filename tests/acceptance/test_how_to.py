"""The curl commands of the how-to pages, run as written, do what the pages say."""

import json
import sys
from pathlib import Path

import pytest

from invapi_emulator.testing import Emulator
from tests.acceptance.pages import ADDRESS, examples, page, type_in
from tests.support.offenders import assert_none
from tests.support.processes import served

pytestmark = pytest.mark.acceptance
PAGES = ("docs/how-to/faults.md", "docs/how-to/parallel.md", "docs/how-to/time.md")


def commands(name: str) -> list[str]:
    return [command for command, _ in examples(page(name)) if command.startswith("curl ")]


@pytest.mark.parametrize("name", PAGES)
def test_every_command_is_answered_without_an_error(name: str) -> None:
    assert commands(name)
    with served() as server:
        answers = {command: json.loads(type_in(command, server.url) or "{}") for command in commands(name)}
    assert_none(
        f"{command}: {answer}" for command, answer in answers.items() if isinstance(answer.get("error"), dict)
    )


@pytest.mark.parametrize("name", [*PAGES, "docs/how-to/refusals.md"])
def test_every_subcommand_succeeds(name: str) -> None:
    parts = [command for command, _ in examples(page(name)) if command.startswith("invapi-emulator ")]
    found = [command for command in parts if " serve" not in command]
    bin_ = Path(sys.executable).parent
    with served() as server:
        printed = {
            command: type_in(f"INVAPI_EMULATOR_URL={ADDRESS} {bin_}/{command}; echo $?", server.url)
            for command in found
        }
    assert_none(f"{command}: {output}" for command, output in printed.items() if output.split()[-1] != "0")


def test_a_refusal_and_its_reason_are_found_as_the_page_says() -> None:
    refused, journal = commands("docs/how-to/refusals.md")
    with served() as server:
        assert "x-emulator-reason: vm_running" in type_in(refused, server.url).lower()
        (entry,) = json.loads(type_in(journal, server.url))["requests"]
    assert entry["reason"] == "vm_running"


def test_the_third_snapshot_fails_with_the_rule_of_the_page() -> None:
    rule, vm = (
        next(command for command in commands("docs/how-to/faults.md") if part in command)
        for part in ("task_fails", '{"id":501}')
    )
    with served() as server, Emulator(server.url).account(clock="frozen") as account:
        for command in (rule, vm):
            type_in(command.replace("/demo/", f"/{account.name}/"), server.url)
        ends = []
        for name in ("first", "second", "third"):
            key = account.call("vm", "create_snapshot", id=501, name=name)["callback"]
            account.advance_until_idle()
            ends.append(account.check(key)["result"])
    assert ends == ["OK", "OK", "Fail"]
