"""How both commands run and end: with one line on stderr if there is something to say, and a status (docs/reference/settings.md).

Where a shell asks for completions, they print these instead.
"""

import errno
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import click
from click.shell_completion import get_completion_class, shell_complete

from invapi_emulator.whole_streams import whole

_UNWRITABLE = {errno.ENOSPC, errno.EBADF, errno.EIO, errno.EFBIG, errno.EDQUOT}

_LONGEST_LINE = 2_000

_ASCII = bytes(range(128)).decode("ascii")

COULD_NOT, INTERRUPTED, CLOSED_PIPE = 2, 130, 141


def ended(command: click.Command, words: Sequence[str] | None, *refusals: type[Exception]) -> int:
    """Run a command. Return its status; each of `refusals` is one, with its message as the line."""
    _open_what_is_closed()
    sys.stdout, sys.stderr = whole(sys.stdout), whole(sys.stderr)
    _print_every_character()
    name = str(command.name)
    try:
        return _status(command, name, list(sys.argv[1:] if words is None else words))
    except BrokenPipeError:
        drop(sys.stdout)
        return CLOSED_PIPE
    except (KeyboardInterrupt, click.Abort):
        return _say(name, "interrupted", INTERRUPTED)
    except click.ClickException as wrong:
        return _refused(name, wrong)
    except refusals as problem:
        return _say(name, str(problem), COULD_NOT)
    except OSError as problem:
        if problem.filename is not None or problem.errno not in _UNWRITABLE:
            raise
        drop(sys.stdout)
        return _say(name, f"cannot write to stdout: {problem.strerror}", COULD_NOT)


def _refused(name: str, wrong: click.ClickException) -> int:
    """Print the line about wrong words, or the help of a group that is run without a command."""
    if isinstance(wrong, click.exceptions.NoArgsIsHelpError):
        return _show(wrong.format_message(), COULD_NOT)
    return _say(name, wrong.format_message(), COULD_NOT)


def _status(command: click.Command, name: str, words: list[str]) -> int:
    if (asked := os.environ.get(completion_variable(name))) is not None:
        return _completed(command, name, asked)
    try:
        with command.make_context(name, words) as context:
            status = command.invoke(context)
    except click.exceptions.Exit as end:
        status = end.exit_code
    sys.stdout.flush()
    return int(status or 0)


def completion_variable(name: str) -> str:
    """Return the variable by which a shell asks a command for its completions: `_INVAPI_EMULATOR_COMPLETE`."""
    return f"_{name}_COMPLETE".replace("-", "_").upper()


def _completed(command: click.Command, name: str, asked: str) -> int:
    """Print what a shell asks for: `bash_source` is the script that it runs, `bash_complete` are the words that fit."""
    shell, _, what = asked.partition("_")
    if get_completion_class(shell) is None or what not in {"source", "complete"}:
        raise click.ClickException(
            f"{completion_variable(name)}: {asked!r}: expected bash_source, zsh_source or fish_source"
        )
    try:
        status = shell_complete(command, {}, name, completion_variable(name), asked)
    except (KeyError, ValueError):
        raise click.ClickException(
            f"{completion_variable(name)}: {asked!r}: expected COMP_WORDS and COMP_CWORD too"
        ) from None
    sys.stdout.flush()
    return status


def _say(name: str, line: str, status: int) -> int:
    return _show(f"{name}: {as_one_line(line)}", status)


def _show(text: str, status: int) -> int:
    try:
        click.echo(text, err=True)
    except OSError:
        drop(sys.stderr)
    return status


def as_one_line(text: str) -> str:
    """Return a text with what does not print escaped, such as a line end in a value that it quotes, and cut if it is long."""
    shown = text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE]}... ({len(text)} characters)"
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in shown)


def drop(stream: Any) -> None:
    """Drop what a stream holds that cannot be written, and what follows. Python would try again at its end."""
    with suppress(OSError, ValueError):
        number = stream.fileno()
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)


def _open_what_is_closed() -> None:
    """Keep the numbers of closed standard streams, or a database would get them. Writing to stdout fails."""
    for number, mode in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", closefd=False)


def _print_every_character() -> None:
    """Escape what the streams' encoding lacks. Output for programs is ASCII, or bytes in UTF-8.

    UTF-8 replaces an encoding that writes ASCII otherwise, or a mark before it, such as UTF-16 of `PYTHONIOENCODING`.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            encoding = None if _extends_ascii(stream.encoding) else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def _extends_ascii(encoding: str) -> bool:
    try:
        return _ASCII.encode(encoding) == _ASCII.encode("ascii")
    except UnicodeError:
        return False
