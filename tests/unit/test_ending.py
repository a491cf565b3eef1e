"""What a command ends with: its status, and one line or none. Real pipes and disks: tests/acceptance/test_endings.py."""

import errno
import os

import click
import pytest

from invapi_emulator.ending import ended


class Refused(Exception):
    pass


ENDS: list[tuple[BaseException, int, str]] = [
    (KeyboardInterrupt(), 130, "it: interrupted\n"),
    (click.Abort(), 130, "it: interrupted\n"),
    (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141, ""),
    (
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        2,
        "it: cannot write to stdout: No space left on device\n",
    ),
    (OSError(errno.EBADF, os.strerror(errno.EBADF)), 2, "it: cannot write to stdout: Bad file descriptor\n"),
    (click.BadParameter("no such thing"), 2, "it: Invalid value: no such thing\n"),
    (Refused("there is none"), 2, "it: there is none\n"),
    (click.exceptions.Exit(7), 7, ""),
]


@pytest.mark.parametrize(("problem", "status", "line"), ENDS)
def test_each_end_has_a_status_and_at_most_one_line(
    problem: BaseException, status: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command("it")
    def command() -> None:
        raise problem

    assert ended(command, [], Refused) == status
    assert capsys.readouterr() == ("", line)


@pytest.mark.parametrize(
    "mistake",
    [OSError(errno.ENOSPC, "full", "/a/file"), OSError(errno.ECONNRESET, "reset"), RuntimeError("ours")],
)
def test_a_mistake_of_the_program_is_not_hidden(mistake: Exception) -> None:
    @click.command("it")
    def command() -> None:
        raise mistake

    with pytest.raises(type(mistake)):
        ended(command, [], Refused)


def test_what_a_command_returns_is_its_status(capsys: pytest.CaptureFixture[str]) -> None:
    @click.command("it")
    @click.option("--number", type=int)
    def command(number: int | None) -> int | None:
        click.echo("done")
        return number

    assert [ended(command, words) for words in ([], ["--number", "1"])] == [0, 1]
    assert capsys.readouterr() == ("done\n" * 2, "")
