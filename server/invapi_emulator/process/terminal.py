"""Streams that a person looks at: whether they are a terminal, and take colours."""

import os
from enum import IntEnum
from typing import IO


class Style(IntEnum):
    """The number of a style in an ANSI escape sequence."""

    BOLD = 1
    DIM = 2
    RED = 31
    GREEN = 32
    YELLOW = 33
    CYAN = 36


def is_terminal(stream: IO[str] | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def takes_colours(stream: IO[str] | None) -> bool:
    """Return whether a stream is a terminal that shows colours, and nobody objects (https://no-color.org)."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def styled(text: str, style: Style) -> str:
    """Return a text with the escape sequences of a style around it."""
    return f"\x1b[{style}m{text}\x1b[0m"
