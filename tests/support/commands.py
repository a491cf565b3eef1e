"""The commands of `invapi-emulator`, those of its groups included."""

from collections.abc import Iterator

import click

from invapi_emulator.cli.main import COMMANDS, subcommand


def leaves() -> Iterator[str]:
    """Yield the words of each command that does something: `serve`, `accounts list`."""
    for word in COMMANDS:
        found = subcommand(word)
        if isinstance(found, click.Group):
            yield from (f"{word} {inner}" for inner in found.commands)
        else:
            yield word


def command_of(words: str) -> click.Command:
    """Return the command that has these words."""
    first, *further = words.split()
    found = subcommand(first)
    for word in further:
        assert isinstance(found, click.Group)
        found = found.commands[word]
    return found
