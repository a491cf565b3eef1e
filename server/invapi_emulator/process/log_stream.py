"""How the log is written so that nobody who leaves it unread stops the emulator."""

import logging
import os
import select

PATIENCE_SECONDS = 1.0
"""How long a line waits for room before it, and those after it until there is room, are left out."""


class ToDescriptor(logging.Handler):
    """Writes to a file descriptor as long as it takes lines.

    A program that starts the emulator with a pipe and does not read it would else stop it for good when the pipe is
    full: on Linux 64 KiB, some 450 calls. The first line after a gap says how many were left out.
    """

    def __init__(self, descriptor: int, patience_seconds: float = PATIENCE_SECONDS) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._patience_ms = patience_seconds * 1000
        self._room = select.poll()
        self._room.register(descriptor, select.POLLOUT)
        self._left_out = 0
        self._mid_line = False

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if self._left_out and self._write(self._gap()):
                self._left_out = 0
            if self._left_out or not self._write(self.format(record)):
                self._left_out += 1
        except OSError:
            pass  # whoever read is gone, or the disk is full: calls are answered all the same
        except Exception:  # noqa: BLE001 - logging's own way with a record that cannot be formatted
            self.handleError(record)

    def _gap(self) -> str:
        text = f"lines missing here, as the reader of this log did not take them: {self._left_out}"
        return self.format(logging.LogRecord(__name__, logging.WARNING, "", 0, text, (), None))

    def _write(self, line: str) -> bool:
        """Return whether the whole line was taken; written in pieces, as only those that small never block."""
        start = "\n" if self._mid_line else ""
        remaining = f"{start}{line}\n".encode("utf-8", "backslashreplace")
        while remaining:
            if not self._room.poll(0 if self._left_out else self._patience_ms):
                return False
            taken = os.write(self._descriptor, remaining[: select.PIPE_BUF])
            remaining = remaining[taken:]
            self._mid_line = bool(remaining)
        return True
