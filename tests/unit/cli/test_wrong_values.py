"""Every command, with each of its options and arguments, against wrong values: one line, a status, no traceback."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

import invapi_emulator.cli.serve_process
import invapi_emulator.cli.worker_process
from invapi_conformance.cli import conformance
from invapi_emulator.cli.main import COMMANDS
from invapi_emulator.ending import ended
from invapi_emulator.errors import CannotStart
from tests.support.commands import command_of, leaves
from tests.support.harness import Running
from tests.support.offenders import assert_none

NUMBERS = ["nan", "inf", "-inf", "1e400", "-1", "1e5", "9" * 400, "0x10", "1_0", "\u0663", "1,5"]
URLS = [
    "http://127.0.0.1:99999",
    "http://127.0.0.1:0",
    "http://[::1",
    "http://a..b",
    "ftp://x",
    "//x",
    "http://a b",
    "a" * 70_000,
]
TEXTS = [
    "",
    " ",
    "\x01\x1b[31m",
    "a\nb\r\u2028",
    "é\U0001f600",
    "\udcff",
    "x" * 100_000,
    "-",
    "--",
    "%00",
    "../..",
    "'\"",
]
WRONG_NAMES = [text for text in TEXTS if text not in {"-", "--"}]
SWEPT = [words for words in leaves() if words != "conformance"]

REFUSED: dict[str, list[str]] = {
    "wait": NUMBERS, "poll_seconds": NUMBERS, "task_timeout": NUMBERS, "url": [*URLS, ""], "target": [*URLS, ""],
    "vm": [*NUMBERS, *TEXTS], "seed": ["nan", "1e400", "-1", "9" * 400, " ", "x"], "port": ["nan", "1e400", "-1", "99999", ""],
    "rate": ["nan", "inf", "1e400", "-1", "0", ""], "head_timeout": ["nan", "inf", "1e400", "-1", "0"], "format": TEXTS,
    "account_ttl": ["nan", "1e400", "-1", "9" * 400, ""], "polls": ["nan", "-1", ""], "account": TEXTS, "how_far": [*TEXTS, "nan", "inf", "1e400", "\u0663", "1_0"],
    "last": NUMBERS, "skip": NUMBERS, "times": NUMBERS, "id": NUMBERS, "ids": NUMBERS, "probability": [*NUMBERS, "0", "2", "x"], "name": WRONG_NAMES, "names": WRONG_NAMES,
}  # fmt: skip
"""By option: values that must be refused. Others may be accepted, as an admin token may be any text."""


@pytest.fixture
def nothing_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open what `serve` and `worker` open, and serve nothing."""

    def server_for(application: Any, *_: object) -> SimpleNamespace:
        return SimpleNamespace(run=lambda **_: asyncio.run(application.aclose()))

    monkeypatch.setattr(invapi_emulator.cli.serve_process, "server_for", server_for)
    monkeypatch.setattr("webbrowser.open", lambda _: True)
    monkeypatch.setattr("invapi_emulator.cli.serve.log_to_stderr", lambda *_: None)
    monkeypatch.setattr("invapi_emulator.cli.worker.log_to_stderr", lambda *_: None)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Running) -> Path:
    """Stand in an empty folder, beside a file and a folder, with a running emulator."""
    (tmp_path / "a-folder").mkdir()
    (tmp_path / "a-file").write_bytes(b"\xff\0 no world, no certificate")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INVAPI_EMULATOR_URL", server.url)
    monkeypatch.setenv("INVAPI_EMULATOR_CA_DIR", str(tmp_path / "ca"))
    return tmp_path


def wrong_words(command: click.Command) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each parameter of a command with each wrong value, and the words that say so."""
    required = {
        "advance": ["1"],
        "import": ["a-file"],
        "serve": ["--port", "0"],
        "add": ["reject"],
        "delete": ["demo"],
    }.get(str(command.name), [])
    if command is conformance:
        required = ["--target", "http://127.0.0.1:1", "--token", "t", "--vm", "1"]
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.is_flag:
            continue
        name = str(parameter.name)
        values = dict.fromkeys(
            [*NUMBERS, *URLS, *TEXTS, *REFUSED.get(name, []), "a-file", "a-folder", "a-file/x"]
        )
        for value in values:
            words = [parameter.opts[0], value] if isinstance(parameter, click.Option) else ["--", value]
            kept = required if isinstance(parameter, click.Option) else []
            yield name, value, [*kept, *words]


def complaint(
    command: click.Command, name: str, value: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> str | None:
    """Return what is wrong with the end of a command, or None."""
    shown = f"{command.name} {name}={value[:30]!r}"
    try:
        status = ended(command, words, CannotStart)
    except BaseException as raised:  # noqa: BLE001 - whatever it is, a person would see its traceback
        capsys.readouterr()
        return f"{shown}: raised {raised!r:.200}"
    lines = capsys.readouterr().err.split("\n")[:-1]
    may_pass = value not in REFUSED.get(name, [])
    expected = {(0, 0), (1, 1), (2, 1)} if may_pass else {(2, 1)}
    said = "".join(lines)
    if (status, len(lines)) not in expected or not said.isprintable() or len(said) > 2_200:
        return f"{shown}: {status}, {said!r:.200}"
    return None


@pytest.mark.usefixtures("nothing_is_served", "folder")
@pytest.mark.parametrize("word", [*SWEPT, "kit"])
def test_a_wrong_value_is_one_line_and_status_2(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = conformance if word == "kit" else command_of(word)
    assert_none(found for case in wrong_words(command) if (found := complaint(command, *case, capsys)))


def test_every_refused_value_belongs_to_an_option() -> None:
    options = {str(parameter.name) for word in SWEPT for parameter in command_of(word).params}
    options |= {str(parameter.name) for parameter in conformance.params} | {"format"}
    assert not REFUSED.keys() - options
    assert {words.split()[0] for words in SWEPT} == {*COMMANDS} - {"conformance"}
