"""Write the log so that an unread pipe cannot stop the emulator."""

import logging
import os
import select

PATIENCE_SECONDS = 1.0
"""How long a line waits for room in the pipe. Then it and further lines are dropped until there is room."""


class ToDescriptor(logging.Handler):
    """Writes lines to a file descriptor, and drops them while it takes none.

    Otherwise a program that starts the emulator with a pipe, and does not read it, would block the emulator once
    the pipe is full: on Linux after 64 KiB, some 450 calls. The first line after a gap has the number of dropped
    lines.
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
            pass  # the reader is gone or the disk is full; calls must still be answered
        except Exception:  # noqa: BLE001 - a record that cannot be formatted goes to logging's own handler
            self.handleError(record)

    def _gap(self) -> str:
        text = f"lines dropped here, because the log was not read: {self._left_out}"
        return self.format(logging.LogRecord(__name__, logging.WARNING, "", 0, text, (), None))

    def _write(self, line: str) -> bool:
        """Write a line in pieces of PIPE_BUF, as only these never block. Return whether all were taken."""
        start = "\n" if self._mid_line else ""
        remaining = f"{start}{line}\n".encode("utf-8", "backslashreplace")
        while remaining:
            if not self._room.poll(0 if self._left_out else self._patience_ms):
                return False
            taken = os.write(self._descriptor, remaining[: select.PIPE_BUF])
            remaining = remaining[taken:]
            self._mid_line = bool(remaining)
        return True
