"""The entry point: find and run the subcommand, and report errors in one line."""

import sys
from importlib import import_module

import click

from invapi_emulator import __version__
from invapi_emulator.ending import ended
from invapi_emulator.errors import CannotStart
from invapi_emulator.loading import SERVING, interruptible
from invapi_emulator.storage.versions import HEAD

COMMANDS = (
    "advance",
    "ca",
    "conformance",
    "env",
    "export",
    "healthcheck",
    "import",
    "migrate",
    "report",
    "reset",
    "serve",
    "worker",
)
"""The subcommands. Each is in the module of its name."""


class LazyGroup(click.Group):
    """A group that imports each subcommand on demand. To import them all takes half a second."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = subcommand(cmd_name) if cmd_name in COMMANDS else None
        if cmd_name not in SERVING:  # these load more, and handle signals then
            interruptible()
        return found


def subcommand(word: str) -> click.Command:
    """Import and return the subcommand with this name."""
    name = "import_" if word == "import" else word
    found = getattr(import_module(f"invapi_emulator.cli.{name}"), name)
    assert isinstance(found, click.Command)
    return found


@click.group("invapi-emulator", cls=LazyGroup, no_args_is_help=False)
@click.version_option(
    __version__, prog_name="invapi-emulator", message=f"%(prog)s %(version)s (schema {HEAD})"
)
def commands() -> None:
    """Emulate HOSTKEY's InvAPI: virtual machines, snapshots, tasks that take time."""


def main() -> None:
    """Run the command. A wrong argument prints one line on stderr, with exit status 2."""
    sys.exit(ended(commands, None, CannotStart))
