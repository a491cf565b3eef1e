"""The log on a terminal: short lines, in colours where the terminal takes them."""

import logging
from typing import Any

from invapi_emulator.process.logs import HumanLines, escaped, fields_of, further_fields, message_of, word
from invapi_emulator.process.terminal import Style, styled

_OK = 200
_LEVELS = {
    logging.DEBUG: Style.DIM, logging.WARNING: Style.YELLOW, logging.ERROR: Style.RED, logging.CRITICAL: Style.RED,
}  # fmt: skip


class TerminalLines(HumanLines):
    """Lines of time, level (unless it is info), and what happened.

    A call is `15:26:45 vm/create_snapshot 12346 refused snapshot_limit 2.5 ms demo`: what was asked, of which VM, how it
    was answered, the HTTP status unless it is 200, how long it took, of which account. Its address and ids are in the
    long lines only.
    """

    def __init__(self, *, colours: bool) -> None:
        super().__init__()
        self._colours = colours

    def format(self, record: logging.LogRecord) -> str:
        fields = fields_of(record)
        if "module" in fields:
            said = self._call(fields)
        elif "path" in fields:
            said = _request(record, fields)
        else:
            said = [escaped(message_of(record).rstrip()), *further_fields(fields)]
        line = " ".join([*self._start(record), *said])
        return "\n".join([line, *self.traceback(record)])

    def _start(self, record: logging.LogRecord) -> list[str]:
        time = self._in(Style.DIM, self.formatTime(record, "%H:%M:%S"))
        if record.levelno == logging.INFO:
            return [time]
        return [time, self._in(_LEVELS.get(record.levelno, Style.BOLD), record.levelname)]

    def _call(self, fields: dict[str, Any]) -> list[str]:
        asked = f"{word(fields['module'])}/{word(fields.get('action', '-'))}"
        parts = [
            self._in(Style.BOLD, asked),
            _shown(fields.get("vm")),
            self._answer(fields),
            _shown(None if fields.get("status") == _OK else fields.get("status")),
            f"{fields['ms']:.1f} ms",
            _shown(fields.get("account")),
            f"fault={word(fields['fault'])}" if "fault" in fields else "",
        ]
        return [part for part in parts if part]

    def _answer(self, fields: dict[str, Any]) -> str:
        if "reason" in fields:
            return self._in(Style.YELLOW, f"refused {word(fields['reason'])}")
        if "status" in fields:
            return self._in(Style.GREEN, "ok")
        return self._in(Style.DIM, "left")  # the client, before its call was complete

    def _in(self, style: Style, text: str) -> str:
        return styled(text, style) if self._colours else text


def _request(record: logging.LogRecord, fields: dict[str, Any]) -> list[str]:
    """Return a request to the control API: its message has the method, the path and the hint."""
    return [escaped(message_of(record)), str(fields["status"]), f"{fields['ms']:.1f} ms"]


def _shown(value: object) -> str:
    return "" if value is None else word(value)
