"""docs/reference/cli.md: the help of every subcommand, as `make fidelity` writes it."""

from collections.abc import Iterator

import click

from invapi_emulator.cli.main import COMMANDS, commands, subcommand
from invapi_emulator.cli.sections import HELP

_WIDTH = 100
"""Characters a line of help."""

_TOP = """\
# Command line

`invapi-emulator` has the subcommands below. `make fidelity` writes this page from their help.

- [Settings](settings.md) explains the flags of `serve` and their environment variables.
- `invapi-conformance` is a command of its own: [conformance.md](../how-to/conformance.md).
- [Completion](settings.md#completion) in bash, zsh and fish completes subcommands and flags.
- An error is one line on stderr. [Exit statuses](settings.md#exit-statuses) lists the numbers.

| subcommand | purpose |
|---|---|
"""

_ELSEWHERE = frozenset({"conformance"})
"""Subcommands that another command has replaced."""


def reference_page() -> str:
    """Return the page: a table of the subcommands, then the help of each."""
    found = {name: subcommand(name) for name in COMMANDS if name not in _ELSEWHERE}
    rows = (f"| [`{name}`](#{name}) | {_first_sentence(command)} |\n" for name, command in found.items())
    return "".join([_TOP, *rows, *(part for item in found.items() for part in _section(*item))])


def _first_sentence(command: click.Command) -> str:
    return command.get_short_help_str(limit=1000)


def _section(name: str, command: click.Command) -> Iterator[str]:
    parent = click.Context(commands, info_name="invapi-emulator", help_option_names=HELP["help_option_names"])
    context = click.Context(command, parent, info_name=name, terminal_width=_WIDTH, max_content_width=_WIDTH)
    yield f"\n## {name}\n\n```text\n{command.get_help(context)}\n```\n"
