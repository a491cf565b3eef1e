"""An unread log, or one read late, delays nothing, and reports what it left out."""

import logging
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from invapi_emulator.process.log_stream import ToDescriptor


@dataclass
class Pipe:
    reading: int
    log: logging.Logger

    def read(self) -> list[str]:
        """Return the lines in the pipe. The last one may be incomplete."""
        os.set_blocking(self.reading, False)
        found = b""
        while (piece := self._piece()) is not None:
            found += piece
        return found.decode().split("\n")

    def _piece(self) -> bytes | None:
        try:
            return os.read(self.reading, 65536)
        except BlockingIOError:
            return None


@pytest.fixture
def pipe(request: pytest.FixtureRequest) -> Iterator[Pipe]:
    """Make a pipe, and a logger that writes to it and waits for room for the parameter's seconds."""
    reading, writing = os.pipe()
    log = logging.Logger("unread")  # noqa: LOG001 - known to no other code
    log.addHandler(ToDescriptor(writing, request.param))
    yield Pipe(reading, log)
    os.close(reading)
    os.close(writing)


impatient = pytest.mark.parametrize("pipe", [0], indirect=True)
patient = pytest.mark.parametrize("pipe", [60], indirect=True)


@impatient
def test_unread_lines_are_left_out_and_counted(pipe: Pipe) -> None:
    for number in range(5_000):
        pipe.log.info("line %d of a log that nobody reads", number)
    *taken, end = pipe.read()
    assert end == ""
    assert taken == [f"line {number} of a log that nobody reads" for number in range(len(taken))]
    pipe.log.info("read again")
    missing = 5_000 - len(taken)
    assert missing > 0
    told = f"lines dropped here, because the log was not read: {missing}"
    assert pipe.read() == [told, "read again", ""]
    pipe.log.info("nothing more to tell")
    assert pipe.read() == ["nothing more to tell", ""]


@impatient
def test_the_line_after_a_cut_one_starts_a_new_line(pipe: Pipe) -> None:
    pipe.log.info("a" * 10_000_000)
    (cut,) = pipe.read()
    assert re.fullmatch("a+", cut)
    pipe.log.info("next")
    assert pipe.read() == [
        "",
        "lines dropped here, because the log was not read: 1",
        "next",
        "",
    ]


@patient
def test_a_slow_reader_gets_every_line(pipe: Pipe) -> None:
    expected = "\n".join(["b" * 1_000_000] * 3) + "\n"
    found = bytearray()

    def read_in_small_pieces() -> None:
        while len(found) < len(expected):
            found.extend(os.read(pipe.reading, 1000))

    reader = threading.Thread(target=read_in_small_pieces)
    reader.start()
    for line in expected.splitlines():
        pipe.log.info(line)
    reader.join()
    assert found.decode() == expected


@impatient
def test_a_reader_that_has_closed_is_no_error(pipe: Pipe, capfd: pytest.CaptureFixture[str]) -> None:
    os.close(pipe.reading)
    pipe.reading = os.open(os.devnull, os.O_RDONLY)
    pipe.log.info("to nobody")
    assert capfd.readouterr() == ("", "")


@impatient
def test_a_record_that_cannot_be_formatted_is_reported_as_in_logging(
    pipe: Pipe, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe.log.info("%d", "no number")
    assert "Logging error" in capsys.readouterr().err
    assert pipe.read() == [""]
