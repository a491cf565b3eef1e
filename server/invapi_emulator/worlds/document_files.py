"""Read a file that a person named: bounded, never endless, and UTF-8."""

import os
import stat
from typing import BinaryIO

MAX_BYTES = 64 * 1024 * 1024
"""Maximum size of a world's file, as of a body of the control API."""

_OPEN_ALREADY = ("/dev/fd/", "/dev/stdin", "/proc/")
"""Paths of what a shell has opened, such as `<(jq ...)`. Somebody writes there; a pipe of another name may wait for ever."""


def read_text(path: str) -> str:
    """Return the text of a file. Raise OSError, or ValueError with one line."""
    mode = os.stat(path).st_mode  # noqa: PTH116 - a path may be a text that Path changes
    if stat.S_ISDIR(mode):
        raise ValueError("Is a directory")
    is_pipe = stat.S_ISFIFO(mode) and path.startswith(_OPEN_ALREADY)
    if not stat.S_ISREG(mode) and not is_pipe:
        raise ValueError("is not a regular file; to read a pipe, redirect it to `invapi-emulator import -`")
    with open(path, "rb") as file:  # noqa: PTH123 - as above
        return text_of(file)


def text_of(file: BinaryIO) -> str:
    """Return the text of an open file without its byte order mark."""
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"larger than {MAX_BYTES} bytes")
    return content.decode("utf-8-sig")
