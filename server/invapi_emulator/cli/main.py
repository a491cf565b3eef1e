"""The entry point: find and run the subcommand, and report errors in one line."""

import sys
from importlib import import_module

import click

from invapi_emulator import __version__
from invapi_emulator.cli.sections import HELP, write_sections
from invapi_emulator.cli.unknown_commands import HintingGroup
from invapi_emulator.cli.unknown_variables import unknown_variables
from invapi_emulator.ending import ended
from invapi_emulator.errors import CannotStart
from invapi_emulator.loading import SERVING, interruptible
from invapi_emulator.storage.versions import HEAD

SECTIONS = {
    "Run an emulator": ("serve", "worker", "healthcheck", "migrate", "ca"),
    "Use a running emulator": ("open", "env", "requests", "report", "tasks", "faults", "advance", "reset"),
    "Accounts and their worlds": ("accounts", "export", "import"),
    "Check another server": ("conformance",),
}
"""The subcommands, as the help lists them."""

COMMANDS = tuple(sorted(word for words in SECTIONS.values() for word in words))
"""The subcommands. Each is in the module of its name."""

_AS_MODULES = {"import": "import_", "open": "open_"}
"""The names of those that Python has a word for."""


class LazyGroup(HintingGroup):
    """A group that imports each subcommand on demand. To import them all takes half a second."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = subcommand(cmd_name) if cmd_name in COMMANDS else None
        if cmd_name not in SERVING:  # these load more, and handle signals then
            interruptible()
        return found

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        room = formatter.width - max(map(len, COMMANDS)) - 6
        sections = {
            heading: [(word, subcommand(word).get_short_help_str(room)) for word in words]
            for heading, words in SECTIONS.items()
        }
        write_sections(formatter, sections)


def subcommand(word: str) -> click.Command:
    """Import and return the subcommand with this name."""
    name = _AS_MODULES.get(word, word)
    found = getattr(import_module(f"invapi_emulator.cli.{name}"), name)
    assert isinstance(found, click.Command)
    return found


@click.group("invapi-emulator", cls=LazyGroup, no_args_is_help=True, context_settings=HELP)
@click.version_option(
    __version__, prog_name="invapi-emulator", message=f"%(prog)s %(version)s (schema {HEAD})"
)
@click.pass_context
def commands(context: click.Context) -> None:
    """Emulate HOSTKEY's InvAPI: virtual machines, snapshots, tasks that take time."""
    if context.invoked_subcommand not in SERVING:  # these log it
        for line in unknown_variables():
            click.echo(f"invapi-emulator: {line}", err=True)


def main() -> None:
    """Run the command. A wrong argument prints one line on stderr, with exit status 2."""
    sys.exit(ended(commands, None, CannotStart))
