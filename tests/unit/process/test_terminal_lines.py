"""The log on a terminal: a short line for each record, whatever a client sends."""

import io
import logging
import re
import sys
from typing import Any

import pytest

from invapi_emulator.process.logs import FIELDS
from invapi_emulator.process.terminal import takes_colours
from invapi_emulator.process.terminal_lines import TerminalLines

CALL: dict[str, Any] = {
    "request_id": "6446-1", "account": "demo", "method": "POST", "module": "vm", "action": "create_snapshot", "vm": 12346,
    "reason": "snapshot_limit", "status": 200, "ms": 2.5, "fault": None, "address": "127.0.0.1",
}  # fmt: skip


def line(message: str = "", *, level: int = logging.INFO, colours: bool = False, **fields: Any) -> str:
    record = logging.LogRecord("x", level, "x", 1, message, (), None)
    setattr(record, FIELDS, fields)
    return TerminalLines(colours=colours).format(record)


def after_time(text: str) -> str:
    assert re.match(r"[0-9]{2}:[0-9]{2}:[0-9]{2} ", text)
    return text[9:]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "vm/create_snapshot 12346 refused snapshot_limit 2.5 ms demo"),
        ({"reason": None, "ms": 0.04}, "vm/create_snapshot 12346 ok 0.0 ms demo"),
        (
            {"vm": None, "account": None, "reason": "invalid_token"},
            "vm/create_snapshot refused invalid_token 2.5 ms",
        ),
        ({"action": None, "reason": "unknown_action"}, "vm/- 12346 refused unknown_action 2.5 ms demo"),
        ({"reason": None, "status": None}, "vm/create_snapshot 12346 left 2.5 ms demo"),
        (
            {"reason": "fault", "status": 503, "fault": "latency,http_status"},
            "vm/create_snapshot 12346 refused fault 503 2.5 ms demo fault=latency,http_status",
        ),
        ({"module": "a b", "action": "c\nd"}, '"a b"/"c\\nd" 12346 refused snapshot_limit 2.5 ms demo'),
    ],
)
def test_a_call_is_what_was_asked_and_how_it_was_answered(changed: dict[str, Any], expected: str) -> None:
    assert after_time(line("POST vm/create_snapshot: ok", **CALL | changed)) == expected


def test_a_request_to_the_control_api_is_its_message_with_status_and_time() -> None:
    fields: dict[str, Any] = {
        "request_id": "1",
        "method": "GET",
        "path": "/x",
        "status": 403,
        "ms": 0.12,
        "address": "::1",
    }
    said = line("GET /x: no flag opens it", level=logging.WARNING, **fields)
    assert after_time(said) == "WARNING GET /x: no flag opens it 403 0.1 ms"


def test_other_lines_have_their_fields() -> None:
    said = line(
        "no call: too slow\n", level=logging.ERROR, reason="malformed_body", status=408, address="::1"
    )
    assert after_time(said) == "ERROR no call: too slow status=408 address=::1"


def test_colours_are_those_of_what_happened() -> None:
    assert "\x1b[33mrefused snapshot_limit\x1b[0m" in line(colours=True, **CALL)
    assert "\x1b[32mok\x1b[0m" in line(colours=True, **CALL | {"reason": None})
    assert "\x1b[31mERROR\x1b[0m" in line("x", level=logging.ERROR, colours=True)
    assert "\x1b" not in line(**CALL)


@pytest.mark.parametrize("sent", ["a\nb", "\x1b[31m", "\x9b", "\u2028", "\ud800", "a b", "a=b", ""])
def test_what_a_client_sends_adds_no_line_and_no_escape_sequence(sent: str) -> None:
    for said in (
        line(**CALL | {"action": sent, "module": sent, "account": sent, "fault": sent}),
        line(sent, address=sent),
        line(sent, path=sent, status=200, ms=1.0),
    ):
        assert said.isprintable()


def test_the_lines_of_a_traceback_are_indented() -> None:
    try:
        int("no number\n00:00:00 forged")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "x", 1, "failed", (), sys.exc_info())
    first, *further = TerminalLines(colours=False).format(record).split("\n")
    assert after_time(first) == "ERROR failed"
    assert len(further) > 2
    assert all(each.startswith("  ") for each in further)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({}, "colours"), ({"NO_COLOR": "1"}, ""), ({"NO_COLOR": ""}, "colours"), ({"TERM": "dumb"}, "")],
)
def test_colours_need_a_terminal_that_wants_them(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert takes_colours(_Terminal()) is bool(expected)
    assert not takes_colours(io.StringIO())
    assert not takes_colours(None)
    closed = io.StringIO()
    closed.close()
    assert not takes_colours(closed)
