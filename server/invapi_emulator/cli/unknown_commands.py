"""Command names that do not exist: the error names the nearest one."""

from collections.abc import Iterable

import click

from invapi_emulator.suggestions import did_you_mean

_SYNONYMS = {
    "list": ("ls", "show", "get"),
    "create": ("new", "make", "add"),
    "add": ("new", "make", "create", "set"),
    "delete": ("remove", "rm", "del", "drop"),
    "clear": ("remove", "rm", "del", "delete", "drop", "purge", "reset"),
    "purge": ("clear", "prune"),
    "serve": ("start", "run", "up", "server"),
    "healthcheck": ("health", "status", "ping"),
    "requests": ("calls", "journal", "log", "logs"),
    "advance": ("clock", "time", "wait"),
    "export": ("dump", "save"),
    "import": ("load",),
    "open": ("page", "browser"),
}
"""For each command, the words that other tools have for it. The first command of a group that has the word counts."""


class HintingGroup(click.Group):
    """A group whose error about an unknown command names the one that was probably meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as unknown:
            word = unknown.command_name
            raise click.UsageError(f"No such command {word!r}{self._hint(ctx, word)}") from None

    def _hint(self, ctx: click.Context, word: str) -> str:
        known = self.list_commands(ctx)
        meant = _synonym_of(word, known) or self._in_groups(ctx, word)
        if meant is not None:
            return f"; did you mean {meant!r}?"
        return did_you_mean(word, known) or f"; run '{ctx.command_path} --help' for a list"

    def _in_groups(self, ctx: click.Context, word: str) -> str | None:
        """Return `accounts create` for `create`: the first command of a group with this name, or None."""
        for name in self.list_commands(ctx):
            group = self.get_command(ctx, name)
            if isinstance(group, click.Group) and word in group.commands:
                return f"{name} {word}"
        return None


def _synonym_of(word: str, known: Iterable[str]) -> str | None:
    return next((name for name in known if word in _SYNONYMS.get(name, ())), None)
