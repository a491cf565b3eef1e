"""A start on a port that is taken says who has it."""

import socket

import pytest

import invapi_emulator.cli.serve
from invapi_emulator import __version__
from invapi_emulator.cli.main import subcommand
from invapi_emulator.ending import ended
from invapi_emulator.errors import CannotStart
from tests.support.harness import Emulator
from tests.support.odd_answers import answering, body


@pytest.fixture(autouse=True)
def _the_log_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invapi_emulator.cli.serve, "log_to_stderr", lambda *_: None)


def said(capsys: pytest.CaptureFixture[str], port: object) -> str:
    assert ended(subcommand("serve"), ["--port", str(port)], CannotStart) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"serve: --port: {port} on 127.0.0.1: Address already in use: ")
    return line.partition("Address already in use: ")[2]


def test_an_emulator_is_named_with_its_version_and_url(
    emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, emulator.url.rpartition(":")[2]) == (
        f"an invapi-emulator {__version__} answers at {emulator.url}; "
        "use it, stop it, or start this one on another port (--port 0: a free one)"
    )


def test_something_else_that_answers_is_another_program(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(body(b'{"status":"ready"}')) as url:
        line = said(capsys, url.rpartition(":")[2])
    assert line == "another program has it; choose another port (--port 0: a free one)"


def test_something_that_says_nothing_is_another_program(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        line = said(capsys, silent.getsockname()[1])
    assert line.startswith("another program has it; ")
