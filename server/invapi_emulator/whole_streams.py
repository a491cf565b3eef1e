"""Streams that write all they are given, or fail, whatever their file descriptor is."""

import io
import os
import select
from typing import Any


class PatientFile(io.FileIO):
    """A file descriptor for writing, which waits while it takes nothing: others may have set `O_NONBLOCK`, as Node does."""

    def write(self, content: Any, /) -> int:
        while (count := _taken(super().write(content))) is None:
            select.select([], [self], [])
        return count


def _taken(count: int | None) -> int | None:
    """Return a count of `write`: None if the descriptor took nothing. The types of Python do not tell."""
    return count


def whole(stream: Any) -> Any:
    """Return a text stream with a buffer, which goes on after a short count, in place of a standard stream.

    With `PYTHONUNBUFFERED` there is none, and Python drops the rest. What is no file, as in tests, stays.
    """
    if type(stream) is not io.TextIOWrapper:
        return stream
    file = getattr(stream.buffer, "raw", stream.buffer)
    if type(file) is not io.FileIO:
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(file_of(file.fileno(), closefd=False)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering or stream.write_through,
    )


def file_of(descriptor: int, *, closefd: bool) -> io.FileIO:
    """Return the file of a descriptor, for writing. Only one that does not block needs patience.

    Ctrl-C within `PatientFile.write` can make its buffer write the same again.
    """
    kind = io.FileIO if os.get_blocking(descriptor) else PatientFile
    return kind(descriptor, "wb", closefd=closefd)
