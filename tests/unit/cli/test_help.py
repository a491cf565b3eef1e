"""The help: every command and option under a heading, with the values that an option takes."""

import os
import re

import click
import pytest

from invapi_emulator.cli.main import COMMANDS, SECTIONS, commands
from invapi_emulator.cli.setting_flags import SECTIONS as SETTING_SECTIONS
from invapi_emulator.ending import ended
from invapi_emulator.errors import CannotStart
from invapi_emulator.settings import Settings
from tests.support.commands import command_of, leaves
from tests.support.offenders import assert_none


def helped(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    """Return the help that a command prints, on one line a paragraph."""
    assert ended(commands, [*words], CannotStart) == status
    out, err = capsys.readouterr()
    assert not (out and err)
    return re.sub(r"\s+", " ", out or err)


@pytest.mark.parametrize("words", [(), ("accounts",), ("faults",)])
def test_a_group_without_a_command_prints_its_help_on_stderr(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert ended(commands, [*words], CannotStart) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"Usage: {' '.join(['invapi-emulator', *words])} [OPTIONS] COMMAND")


def test_the_help_can_go_to_a_closed_stderr() -> None:
    read, write = os.pipe()
    os.close(read)
    before = os.dup(2)
    try:
        os.dup2(write, 2)
        assert ended(commands, [], CannotStart) == 2
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(write)


def test_h_is_help_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    for words in leaves():
        if words == "conformance":  # the words go to another command
            continue
        assert helped(capsys, *words.split(), "-h") == helped(capsys, *words.split(), "--help")


def test_each_command_stands_under_a_heading(capsys: pytest.CaptureFixture[str]) -> None:
    shown = helped(capsys, "-h")
    for heading, words in SECTIONS.items():
        section = shown.partition(f"{heading}: ")[2]
        assert [word for word in words if f"{word} " in section] == list(words)
    assert sorted(COMMANDS) == sorted(word for words in SECTIONS.values() for word in words)


def test_the_summary_of_each_command_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert "... " not in helped(capsys, "-h").partition("ARGS]...")[2]


def test_each_setting_stands_under_one_heading(capsys: pytest.CaptureFixture[str]) -> None:
    assert sorted(Settings.model_fields) == sorted(
        name for names in SETTING_SECTIONS.values() for name in names
    )
    shown = helped(capsys, "serve", "-h")
    for heading, names in SETTING_SECTIONS.items():
        section = shown.partition(f" {heading}: ")[2]
        assert_none(name for name in names if f"--{name.replace('_', '-')}" not in section)


def test_choices_and_switches_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    shown = helped(capsys, "serve", "-h")
    for words in (
        "--clock [real|frozen|auto]", "--profile [instant|realistic|slow|hostile]", "--log-format [human|json]",
        "--no-worker / --worker", "[default: --worker]", "--tls / --no-tls", "[default: --no-tls]",
    ):  # fmt: skip
        assert words in shown


def test_each_option_says_what_it_does() -> None:
    assert_none(
        f"{words} {parameter.name}"
        for words in leaves()
        for parameter in command_of(words).params
        if isinstance(parameter, click.Option) and not parameter.help
    )
