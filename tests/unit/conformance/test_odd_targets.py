"""Targets that answer too much, too slowly, too deeply or not at all: the kit says so in one line, and can be ended."""

import signal
import threading
from socket import socket

import pytest

import invapi_conformance.target
from invapi_conformance.cli import main
from invapi_emulator.testing.account import Account
from tests.support.kit_runs import EVERYTHING, ran
from tests.support.odd_answers import (
    BROKEN_CHUNKS,
    DEEP_ARRAYS,
    DEEP_OBJECTS,
    HEAD,
    Answers,
    answering,
    body,
    byte_by_byte,
    without_length,
)
from tests.unit.conformance.mutated_servers.mutated_server import Asked, Given, mutated_server
from tests.unit.conformance.test_command_of_the_kit import ended

LENGTH_OF_A_PEBIBYTE = HEAD + b"Content-Length: 1125899906842624\r\n\r\n{"
CHUNK_OF_A_PEBIBYTE = HEAD + b"Transfer-Encoding: chunked\r\n\r\n4000000000000\r\n{"
CUT = HEAD + b"Content-Length: 1000\r\n\r\n{"


def against(capsys: pytest.CaptureFixture[str], answer: Answers) -> tuple[int, str]:
    with answering(answer) as url:
        words = ("--target", url, "--token", "T", "--vm", "12345", "--poll-seconds", "0")
        status, out, err = ended(capsys, main, "invapi-conformance", *words)
    assert out == ""
    (line,) = err.splitlines()
    return status, line


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (without_length(17), "the answer has more than 16 MiB"),
        (lambda client: client.sendall(LENGTH_OF_A_PEBIBYTE), "the answer has more than 16 MiB"),
        (lambda client: client.sendall(CHUNK_OF_A_PEBIBYTE), "IncompleteRead("),
        (lambda client: client.sendall(CUT), "IncompleteRead(1 bytes read, 999 more expected)"),
    ],
)
def test_an_answer_that_is_too_large_or_cut_is_no_answer(
    capsys: pytest.CaptureFixture[str], answer: Answers, why: str
) -> None:
    status, line = against(capsys, answer)
    assert status == 2
    assert line.startswith(f"invapi-conformance: --target: eq/show: no answer: {why}")


@pytest.mark.parametrize("sent", BROKEN_CHUNKS)
def test_an_answer_of_impossible_chunks_is_no_answer(capsys: pytest.CaptureFixture[str], sent: bytes) -> None:
    status, line = against(capsys, lambda client: client.sendall(sent))
    assert status == 2
    assert line.startswith("invapi-conformance: --target: eq/show: no answer: ")


def test_an_answer_has_one_time_limit_as_a_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invapi_conformance.target, "ANSWERS_WITHIN_SECONDS", 0.5)
    why = "eq/show: no answer: no whole answer within 0.5 seconds"
    assert against(capsys, byte_by_byte) == (2, f"invapi-conformance: --target: {why}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_call_that_only_reads(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    monkeypatch.setattr(invapi_conformance.target, "ANSWERS_WITHIN_SECONDS", 5)
    main_thread = threading.main_thread().ident
    assert main_thread is not None
    end = threading.Event()

    def say_nothing(_client: socket) -> None:
        signal.pthread_kill(main_thread, number)
        end.wait()

    try:
        assert against(capsys, say_nothing) == (130, "invapi-conformance: interrupted")
    finally:
        end.set()


@pytest.mark.parametrize("content", [DEEP_ARRAYS, DEEP_OBJECTS, b"[" * 400 + b"]" * 400])
def test_an_answer_of_too_many_levels_is_not_like_invapi(
    capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    status, line = against(capsys, body(content))
    assert status == 2
    assert line.endswith(" does not answer like InvAPI: HTTP 200, application/json")


@pytest.mark.parametrize("action", ["create_snapshot", "off", "check"])
def test_a_deep_answer_to_a_change_is_cleaned_up(account: Account, action: str) -> None:
    before = account.vm(12345)["snapshots"]
    deep: list[object] = []
    for _ in range(300):
        deep = [deep]

    def change(asked: Asked, given: Given) -> None:
        if asked.action == action and changed:
            changed.pop()
            given.body = {"result": "OK", "scope": deep}

    changed = [1]
    with mutated_server(account.url, change) as target:
        found = ran(account, EVERYTHING, target=target, task_seconds=1)
    assert not changed
    assert found.status in {0, 1, 2}
    assert account.vm(12345)["snapshots"] == before


def test_a_long_pause_that_a_target_asks_for_is_told_and_bounded(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invapi_conformance.target, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(invapi_conformance.target, "SILENT_SECONDS", 0)

    def change(_asked: Asked, given: Given) -> None:
        if later:
            given.status, given.headers["retry-after"] = 503, later.pop()

    later = ["99999999"]
    with mutated_server(account.url, change) as target:
        found = ran(account, target=target)
    assert found.err.splitlines()[0] == "eq/show: HTTP 503, Retry-After: 99999999: asks again in 0.1 seconds"
    assert found.status == 0
