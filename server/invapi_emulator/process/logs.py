"""The log on stderr: a line for each event, human-readable or JSON."""

import json
import logging
import re
import sys
from collections.abc import Container, Iterator
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import unquote

from invapi_emulator.process.log_stream import ToDescriptor
from invapi_emulator.process.terminal import is_terminal, takes_colours

LogFormat = Literal["human", "json"]

FIELDS = "fields"
"""The attribute of a log record that holds its fields."""

MASK = "***"
_GENERATED_LENGTH = 32
_LONGEST_ESCAPE = 8
"""Maximum number of hexadecimal digits of an escape, as of `\\U0001f600`, which may stand before a generated word."""

_GENERATED = re.compile(
    rf"(?<![0-9a-f])[0-9a-f]{{0,{_LONGEST_ESCAPE}}}([0-9a-f]{{{_GENERATED_LENGTH}}})(?![0-9a-f])"
)
_MOST_DECODED = 3
"""How often percent escapes are decoded to find a word behind one: `%20` ends in digits, `%2520` holds them."""

_AS_RUNS = bytes(ord("x") if byte in b"0123456789abcdef" else ord(" ") for byte in range(256))
_RUN = b"x" * _GENERATED_LENGTH
_PLAIN_WORD = re.compile(r"[!#-<>-\[\]-~]+")
_SECRET_ENDS = (
    "token", "apikey", "privatekey", "secretkey", "accesskey", "loginkey", "password", "passwd", "passwort", "passphrase",
    "pass", "pwd", "secret", "credential", "credentials", "authorization", "bearer", "jwt", "cookie", "otp",
)  # fmt: skip
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


def names_a_secret(name: str) -> bool:
    """Return whether a field of this name holds a secret, in any spelling: `api_key`, `root_pass`, `newPassword2`."""
    return _plain(name).rstrip("0123456789").endswith(_SECRET_ENDS)


def is_secret(name: str) -> bool:
    """Return whether a field of this name holds a secret, or a key, which may be one of an account."""
    return names_a_secret(name) or name.lower() == "key"


def may_name_a_secret(text: str) -> bool:
    """Return whether such a name may occur in a text. This is quick."""
    plain = _plain(text)
    return any(end in plain for end in _SECRET_ENDS)


def _plain(text: str) -> str:
    return text.lower().replace("_", "").replace("-", "")


def looks_generated(text: str) -> bool:
    """Return whether a text contains something like a generated token, API key or password."""
    return bool(generated_in(text))


def generated_in(text: str) -> set[str]:
    """Return all in a text that looks so, also behind an escape, whose digits would make it longer."""
    if not _has_as_many_digits(text):
        return set()
    return {word for form in _decoded(text) for word in _GENERATED.findall(form)}


def decoded_to_the_end(text: str) -> str:
    """Return a text with its percent escapes decoded, and those that this leaves."""
    return [text, *_decoded(text)][-1]


def _decoded(text: str) -> Iterator[str]:
    """Yield a text, and then what decoding its percent escapes makes of it, a few times."""
    yield text
    for _ in range(_MOST_DECODED):
        if "%" not in text:
            return
        text = unquote(text)
        yield text


def without_generated(text: str, known: Container[str] | None = None) -> str:
    """Mask everything that looks so, or only those words of it that are known to be secrets."""
    for each in generated_in(text):
        if known is None or each in known:
            text = text.replace(each, MASK)
    return text


def _has_as_many_digits(text: str) -> bool:
    """Return whether a text has so many hexadecimal digits in a row. This takes a fortieth of the expression's time."""
    return len(text) >= _GENERATED_LENGTH and _RUN in text.encode(errors="replace").translate(_AS_RUNS)


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
