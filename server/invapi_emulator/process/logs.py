"""The log on stderr: a line for each event, human-readable or JSON."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any, Literal

from invapi_emulator.process.log_stream import ToDescriptor
from invapi_emulator.process.terminal import is_terminal, takes_colours

LogFormat = Literal["human", "json"]

FIELDS = "fields"
"""The attribute of a log record that holds its fields."""

_PLAIN_WORD = re.compile(r"[!#-<>-\[\]-~]+")
_LONGEST = 2_000
"""Maximum number of characters of a message, and of a field, in a line of the log."""

_IN_MESSAGE = frozenset({"method", "module", "action", "path", "reason"})


def log_to_stderr(level: str, form: LogFormat) -> None:
    """Log to stderr from here on. Lines for people are short on a terminal."""
    to_stderr = _stderr()
    to_stderr.setFormatter(JsonLines() if form == "json" else _lines_for_people())
    logging.basicConfig(level=level.upper(), handlers=[to_stderr])
    logging.captureWarnings(capture=True)
    if level != "debug":
        logging.getLogger("uvicorn").setLevel("ERROR")  # our own lines have what it says about requests


def _lines_for_people() -> logging.Formatter:
    if not is_terminal(sys.stderr):
        return HumanLines()
    from invapi_emulator.process.terminal_lines import TerminalLines  # noqa: PLC0415 - it imports this module

    return TerminalLines(colours=takes_colours(sys.stderr))


def _stderr() -> logging.Handler:
    try:
        return ToDescriptor(sys.stderr.fileno())
    except (AttributeError, OSError):  # closed, replaced by a non-file, or a system without poll
        return logging.StreamHandler(sys.stderr)


class HumanLines(logging.Formatter):
    """Lines of time, level, logger and message, and fields that the message lacks as `name=value`.

    Whatever a client sends, a record is one line, and only the lines of its traceback, which are indented, follow it.
    """

    def format(self, record: logging.LogRecord) -> str:
        start = f"{self.formatTime(record)} {record.levelname} {record.name}:"
        line = " ".join([start, escaped(message_of(record).rstrip()), *further_fields(fields_of(record))])
        return "\n".join([line, *self.traceback(record)])

    def traceback(self, record: logging.LogRecord) -> list[str]:
        if not record.exc_info:
            return []
        return [f"  {escaped(line)}" for line in self.formatException(record.exc_info).split("\n")]


def shortened(text: str, most: int = _LONGEST) -> str:
    """Return a text, or its beginning and how many characters are cut off."""
    return text if len(text) <= most else f"{text[:most]}... ({len(text) - most:,} characters cut)"


def message_of(record: logging.LogRecord) -> str:
    return shortened(record.getMessage())


def word(value: object) -> str:
    """Return a value as one word of a line for people: in quotes, as in JSON, if it could be read as several."""
    text = str(value)
    return text if _PLAIN_WORD.fullmatch(text) else escaped(json.dumps(text))


def escaped(text: str) -> str:
    """Return a text in which everything that does not print, such as a line end, is escaped."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class JsonLines(logging.Formatter):
    """One JSON object per line: `time`, `level`, `logger`, `message`, fields, and a traceback as `exception`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message_of(record),
        }
        line |= fields_of(record)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return the fields that are not None. A long text is cut."""
    given = {name: value for name, value in getattr(record, FIELDS, {}).items() if value is not None}
    return {name: shortened(value) if isinstance(value, str) else value for name, value in given.items()}


def further_fields(fields: dict[str, Any]) -> list[str]:
    """Return the fields that a message lacks, as `name=value`."""
    return [f"{name}={word(value)}" for name, value in fields.items() if name not in _IN_MESSAGE]
