"""Write a file whole or not at all."""

import io
import os
import shutil
from contextlib import suppress
from errno import ELOOP
from pathlib import Path

from invapi_emulator.whole_streams import file_of

_DESCRIPTORS = ("/dev/fd", "/proc/self/fd")
"""Folders with the open descriptors of this process. `/dev/stdout` leads there, as does `>(command)` of a shell."""

_MOST_LINKS = 40
"""Linux follows no more."""


def write_whole(file: Path, content: bytes) -> None:
    """Write beside the file, then put it in its place; raise OSError.

    A link's target is written in its place. A device, a pipe or an open descriptor is written as it is.
    """
    if (number := _descriptor(file)) is not None:
        _write_on(number, content)
    elif file.exists() and not file.is_file():
        file.write_bytes(content)
    else:
        _replace(_resolved(file), content)


def _write_on(number: int, content: bytes) -> None:
    """Write where the descriptor is: what others wrote there before stays, and others go on behind it."""
    with io.BufferedWriter(file_of(os.dup(number), closefd=True)) as opened:
        opened.write(content)


def _descriptor(file: Path) -> int | None:
    """Return the number of the open descriptor that a path is, or leads to by links."""
    folders = {os.path.realpath(folder) for folder in _DESCRIPTORS}
    for _ in range(_MOST_LINKS):
        if os.path.realpath(file.parent) in folders:
            return int(file.name) if file.exists() else None
        if not file.is_symlink():
            return None
        file = file.parent / file.readlink()
    return None


def _replace(file: Path, content: bytes) -> None:
    beside = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        if file.exists():
            shutil.copymode(file, beside)
        beside.replace(file)
    finally:
        with suppress(OSError):
            beside.unlink()


def _resolved(file: Path) -> Path:
    try:
        return file.resolve()
    except RuntimeError:  # Python's word for links that lead in a circle
        raise OSError(ELOOP, "a symbolic link that leads back to itself") from None
