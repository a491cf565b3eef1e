"""The line for people: whatever a client sends is one word of it, or escaped."""

import logging
import sys
from typing import Any

import pytest

from invapi_emulator.process.logs import FIELDS, HumanLines, JsonLines, word
from invapi_emulator.process.terminal_lines import TerminalLines

FORGED = (
    "a\nb", "a\r\n2026-01-01 00:00:00,000 INFO invapi_emulator.calls: forged", "\x1b[31m", "\x9b31m", "\x7f", "\x00", "\u2028x",
    "\u202ekcab", "\ud800", "1.2.3.4 account=admin", "a=b", 'a" status="200', "", " ", "\\n", "\u00a0a=b", "１",
)  # fmt: skip


def lines(message: str, *words: object, exc_info: Any = None, **fields: object) -> list[str]:
    record = logging.LogRecord("x", logging.INFO, "x", 1, message, words, exc_info)
    setattr(record, FIELDS, fields)
    return HumanLines().format(record).split("\n")


@pytest.mark.parametrize("sent", FORGED)
def test_a_field_is_one_word(sent: str) -> None:
    (line,) = lines("said", address=sent, after="1")
    assert line.isascii()
    assert line.isprintable()
    before, _, after = line.partition(" address=")
    assert before.endswith(" INFO x: said")
    assert after.endswith('" after=1')
    assert after.startswith('"')


@pytest.mark.parametrize("form", [HumanLines(), TerminalLines(colours=False), JsonLines()])
def test_a_long_text_is_cut_and_tells_how_long_it_was(form: logging.Formatter) -> None:
    record = logging.LogRecord("x", logging.INFO, "x", 1, "m" * 5_000, (), None)
    setattr(record, FIELDS, {"address": "f" * 7_000, "status": 200})
    line = form.format(record)
    assert "m... (3,000 characters cut)" in line
    assert "f... (5,000 characters cut)" in line
    assert "status" in line
    assert len(line) < 4_300


@pytest.mark.parametrize(
    "value", ["127.0.0.1", "::1", "reject,delay", "/_emulator/accounts/demo", 2.31, "a:b"]
)
def test_a_plain_value_stands_as_it_is(value: object) -> None:
    assert word(value) == str(value)


@pytest.mark.parametrize("sent", FORGED)
def test_a_message_is_one_line_that_prints(sent: str) -> None:
    (line,) = lines("got %s", sent)
    assert line.isprintable()


def test_the_lines_of_a_traceback_are_no_lines_of_the_log() -> None:
    def fail() -> None:
        raise ValueError("2026-01-01 00:00:00,000 INFO x: forged\n2026-01-01 INFO x: forged\x1b[31m\x9b")

    try:
        fail()
    except ValueError:
        first, *further = lines("failed\n", exc_info=sys.exc_info())
    assert first.endswith(" INFO x: failed")
    assert len(further) > 3
    assert all(line.startswith("  ") and line.isprintable() for line in further)
