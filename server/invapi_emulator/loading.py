"""End a command well on a signal while it loads: nothing is begun then, and an exception in an import may become another."""

import os
import signal
import sys
from contextlib import suppress
from types import FrameType

SERVING = ("serve", "worker")
"""The commands that a signal ends with success."""

_INTERRUPTED = 130


def end_on_signals(name: str, *, terminated_too: bool = False) -> None:
    """End the process on Ctrl-C with one line, or with status 0 if it is to serve; on SIGTERM too then, or if so told.

    A shell that runs a command in the background may have it ignore Ctrl-C.
    """
    serves = sys.argv[1:2] != [] and sys.argv[1] in SERVING

    def end(_number: int, _frame: FrameType | None) -> None:
        if not serves:
            with suppress(OSError):
                os.write(2, f"{name}: interrupted\n".encode())
        os._exit(0 if serves else _INTERRUPTED)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, end)
    if serves or terminated_too:
        signal.signal(signal.SIGTERM, end)


def interruptible() -> None:
    """Let Ctrl-C raise KeyboardInterrupt from here, for a command that has loaded and may have something to undo."""
    if getattr(signal.getsignal(signal.SIGINT), "__module__", "") == __name__:
        signal.signal(signal.SIGINT, signal.default_int_handler)
