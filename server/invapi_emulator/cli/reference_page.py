"""docs/reference/cli.md: written by hand, with the help of each command as `make fidelity` puts it in."""

import re

import click

from invapi_emulator.cli.main import commands, subcommand
from invapi_emulator.cli.sections import HELP

_WIDTH = 100
"""Characters a line of help."""

_HELP = re.compile(r"^```text\nUsage: invapi-emulator ((?:[a-z]+ )+).*?^```$", re.MULTILINE | re.DOTALL)
"""A block of help. Its first words name the command."""


def reference_page(current: str) -> str:
    """Return the page with the present help in each of its blocks."""
    return _HELP.sub(lambda block: f"```text\n{help_of(block[1].strip())}\n```", current)


def help_of(words: str) -> str:
    """Return the help of the command that has these words: `serve`, `accounts list`."""
    first, *further = words.split()
    context = click.Context(
        commands, info_name="invapi-emulator", help_option_names=HELP["help_option_names"]
    )
    command = subcommand(first)
    for word in further:
        assert isinstance(command, click.Group)
        context, command = click.Context(command, context, info_name=command.name), command.commands[word]
    shown = click.Context(
        command, context, info_name=command.name, terminal_width=_WIDTH, max_content_width=_WIDTH
    )
    return command.get_help(shown)
