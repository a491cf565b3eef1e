"""The page of the command line names every command and every option of the parser."""

import re
from pathlib import Path

import click
import pytest

from invapi_emulator.cli.reference_page import help_of, reference_page
from tests.support.commands import command_of, leaves
from tests.support.offenders import assert_none

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([a-z ]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
COMMANDS = [words for words in leaves() if words != "conformance"]
"""The commands. The last one is the former name of another, which has a page of its own."""

NO_EXAMPLE = {"serve", "worker", "migrate", "ca", "open", "report"}
"""Commands that serve, need another database or a browser, or whose example is on the page that they link to."""


def test_every_command_has_its_heading() -> None:
    assert set(COMMANDS) <= SECTIONS.keys()
    assert_none(words for words in COMMANDS if f"(#{words.replace(' ', '-')})" not in PAGE)


@pytest.mark.parametrize("words", COMMANDS)
def test_the_section_of_a_command_has_its_help_with_every_option(words: str) -> None:
    assert f"```text\n{help_of(words)}\n```" in SECTIONS[words]
    options = [each for each in command_of(words).params if isinstance(each, click.Option)]
    assert_none(
        f"{words}: {name}"
        for option in options
        for name in (*option.opts, *option.secondary_opts)
        if not re.search(rf"^ +(\S+ / |-\w, )?{name}\b", SECTIONS[words], re.MULTILINE)
    )


def test_the_section_of_a_command_has_an_example() -> None:
    without = {words for words in COMMANDS if f"$ invapi-emulator {words}" not in SECTIONS[words]}
    assert without == NO_EXAMPLE


def test_only_the_help_is_generated() -> None:
    stale = PAGE.replace("--follow", "--flow")
    assert stale != PAGE
    renewed = reference_page(stale)
    assert "-f, --follow" in renewed
    assert renewed.count("--flow") == stale.count("`--flow`")
