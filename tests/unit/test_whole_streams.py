"""Output is whole without a buffer too, and on a pipe that does not block. Real disks: tests/acceptance/test_endings.py."""

import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import click
import pytest

from invapi_emulator import whole_streams
from invapi_emulator.ending import CLOSED_PIPE, ended
from invapi_emulator.whole_streams import whole

LINES = [f"line {number} " + "é" * 100 for number in range(5_000)]
TEXT = "".join(f"{line}\n" for line in LINES)
"""A megabyte: more than a pipe holds."""


@dataclass
class Pipe:
    """A pipe whose end for writing does not block, as Node makes them. It is read only when it is full."""

    reading: int
    writing: int
    pieces: list[bytes] = field(default_factory=list)

    def select(self, *_: object) -> None:
        """Read what is there, in place of the wait for a reader."""
        self.pieces.append(os.read(self.reading, 1 << 20))

    def everything(self) -> str:
        os.close(self.writing)
        with os.fdopen(self.reading, "rb") as rest:
            return (b"".join(self.pieces) + rest.read()).decode()


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Pipe:
    pipe = Pipe(*os.pipe())
    os.set_blocking(pipe.writing, False)
    monkeypatch.setattr(whole_streams, "select", pipe)
    return pipe


def stdout_on(descriptor: int, *, buffered: bool) -> io.TextIOWrapper:
    """Return a stream as Python makes stdout, with `PYTHONUNBUFFERED` or without."""
    file = io.FileIO(descriptor, "w", closefd=False)
    binary = io.BufferedWriter(file) if buffered else file
    return io.TextIOWrapper(binary, "utf-8", write_through=not buffered)


def print_text() -> None:
    click.echo(TEXT, nl=False)


def print_bytes() -> None:
    click.echo(TEXT.encode(), nl=False)


def print_lines() -> None:
    for line in LINES:
        click.echo(line)


@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("printing", [print_text, print_bytes, print_lines])
def test_a_pipe_that_does_not_block_gets_everything(
    pipe: Pipe, printing: Callable[[], None], *, buffered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", stdout_on(pipe.writing, buffered=buffered))
    assert ended(click.command("it")(printing), []) == 0
    assert pipe.pieces
    assert pipe.everything() == TEXT


@pytest.mark.parametrize("buffered", [True, False])
def test_a_closed_pipe_that_does_not_block_has_the_status_of_one(
    pipe: Pipe, *, buffered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.close(pipe.reading)
    monkeypatch.setattr(sys, "stdout", stdout_on(pipe.writing, buffered=buffered))
    assert ended(click.command("it")(print_text), []) == CLOSED_PIPE
    os.close(pipe.writing)


def test_lines_come_at_once_where_python_has_no_buffer(pipe: Pipe) -> None:
    print("ready", file=whole(stdout_on(pipe.writing, buffered=False)))
    assert os.read(pipe.reading, 100) == b"ready\n"


@pytest.mark.usefixtures("capsys")
def test_a_stream_of_a_test_stays() -> None:
    assert whole(sys.stdout) is sys.stdout
