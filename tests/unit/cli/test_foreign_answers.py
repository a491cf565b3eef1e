"""Client commands at a URL where something else listens: one line that says so, and status 2 (1 of `healthcheck`)."""

import json
from pathlib import Path

import pytest

import invapi_emulator.cli.healthcheck
import invapi_emulator.testing.emulator
from invapi_emulator.ending import ended
from invapi_emulator.testing import Emulator
from tests.support.commands import command_of
from tests.support.odd_answers import (
    BROKEN_CHUNKS,
    DEEP_ARRAYS,
    DEEP_OBJECTS,
    Answers,
    answering,
    body,
    byte_by_byte,
    without_length,
)

COMMANDS = [
    "env", "advance", "report", "import", "export", "export-yaml", "reset", "healthcheck", "open", "requests", "tasks",
    "accounts list", "accounts create", "accounts delete", "accounts purge", "faults list", "faults add", "faults clear",
]  # fmt: skip
REFUSED = b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n"
LEVELS = b"[" * 300 + b"]" * 300
FOREIGN = [
    b'{"result":NaN}', b'{"result":"\\ud800"}', b'{"result":"OK"}', b"[]", b"null", b"", b"<html>\x1b[31m", DEEP_ARRAYS, DEEP_OBJECTS,
    b'{"version":1,"vms":[{"id":1,"a":' + LEVELS + b"}]}", b'{"version":1,"vms":[],"a":NaN}', b'{"version":1,"vms":5}',
    b'{"events":[{}],"now":"x"}', b'{"events":5,"now":"x"}', b'{"findings":[1]}', b'{"findings":[{"severity":"error"}]}',
    b'{"api_key":1,"token":1,"user":1,"password":1}', b'{"api_key":"\\ud800","token":"","user":"","password":""}',
    b'{"vms":[],"seed":1,"clock":[],"keys":{}}', b'{"scenario":"x","seed":1,"clock":{"now":null}}', b'{"status":["ready"]}',
]  # fmt: skip
REFUSALS = [b'{"detail":"Not Found"}', b'{"error":[]}', b'{"error":{"code":5}}', b'{"error":null}', b"gone"]


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("world.json").write_text(json.dumps({"version": 1}))


def said(capsys: pytest.CaptureFixture[str], word: str, answer: Answers) -> str:
    """Run a command against a server that answers in this way. Return its line after the URL."""
    with answering(answer) as url:
        more = {
            "advance": ["1"],
            "import": ["world.json"],
            "export-yaml": ["world.yaml"],
            "accounts delete": ["one"],
            "faults add": ["reject"],
        }.get(word, [])
        status = ended(command_of(word.removesuffix("-yaml")), ["--url", url, *more])
    out, err = capsys.readouterr()
    (line,) = err.splitlines()
    assert (status, out) == (1 if word == "healthcheck" else 2, "")
    assert not Path("world.yaml").exists()
    assert line.isprintable()
    assert url in line
    return line.split(url)[1]


@pytest.mark.parametrize("word", COMMANDS)
@pytest.mark.parametrize("content", FOREIGN)
def test_json_of_something_else_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], word: str, content: bytes
) -> None:
    assert said(capsys, word, body(content)).startswith(" is not an invapi-emulator: 200, ")


@pytest.mark.parametrize("word", COMMANDS)
@pytest.mark.parametrize("content", REFUSALS)
def test_a_refusal_of_something_else_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], word: str, content: bytes
) -> None:
    assert said(capsys, word, body(content, REFUSED)).startswith(" is not an invapi-emulator: 404, ")


@pytest.mark.parametrize("word", COMMANDS)
def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setattr(invapi_emulator.testing.emulator, "LARGEST_WORLD", 2**20)
    assert said(capsys, word, without_length(2)) == ": the answer has more than 1 MiB"


@pytest.mark.parametrize("sent", BROKEN_CHUNKS)
def test_an_answer_of_impossible_chunks_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], sent: bytes
) -> None:
    said(capsys, "env", lambda client: client.sendall(sent))


def test_a_healthcheck_has_one_time_limit_for_an_answer(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invapi_emulator.cli.healthcheck, "ANSWERS_WITHIN_SECONDS", 0.5)
    assert said(capsys, "healthcheck", byte_by_byte) == ": no whole answer within 0.5 seconds"


@pytest.mark.parametrize("content", FOREIGN)
def test_a_suite_is_told_so_too(content: bytes) -> None:
    with (
        answering(body(content)) as url,
        pytest.raises(ConnectionError, match="is not an invapi-emulator: 200, "),
    ):
        Emulator(url).account()
