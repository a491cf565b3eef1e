"""The curl commands of the how-to pages, run as written, are answered without an error."""

import json

import pytest

from tests.acceptance.pages import examples, page, type_in
from tests.support.offenders import assert_none
from tests.support.processes import served

pytestmark = pytest.mark.acceptance
PAGES = ("docs/how-to/time.md",)


@pytest.mark.parametrize("name", PAGES)
def test_every_command_is_answered_without_an_error(name: str) -> None:
    commands = [command for command, _ in examples(page(name)) if command.startswith("curl ")]
    assert commands
    with served() as server:
        answers = {command: json.loads(type_in(command, server.url)) for command in commands}
    assert_none(f"{command}: {answer}" for command, answer in answers.items() if "error" in answer)
