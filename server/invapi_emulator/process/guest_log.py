"""The log of an emulator in somebody's process: none, as the log there is that of the program."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, current_thread

OURS = "invapi_emulator"
"""The logger above all of ours, and the name of the thread that serves."""

LIBRARIES = ("asyncio", "uvicorn.asgi", "uvicorn.error")
"""Loggers that the program may use too: only what our thread logs there is dropped."""

SILENT = logging.CRITICAL + 1

_guests: list[int] = []
"""The level of OURS before each of the emulators that run in this process."""

_changing = Lock()


@contextmanager
def silence() -> Iterator[None]:
    """Log nothing until the end of the block, and of the others that run meanwhile.

    A level and filters act before any handler. pytest adds its own even to loggers that do not propagate. Who sets the
    level of OURS meanwhile gets its log.
    """
    ours = logging.getLogger(OURS)
    with _changing:
        _guests.append(ours.level)
        if len(_guests) == 1:
            ours.setLevel(SILENT)
            for name in LIBRARIES:
                logging.getLogger(name).addFilter(_is_not_ours)
    try:
        yield
    finally:
        with _changing:
            before = _guests.pop()
            if not _guests:
                if ours.level == SILENT:
                    ours.setLevel(before)
                for name in LIBRARIES:
                    logging.getLogger(name).removeFilter(_is_not_ours)


def _is_not_ours(_: logging.LogRecord) -> bool:
    return current_thread().name != OURS
