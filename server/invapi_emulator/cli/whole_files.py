"""Write a file whole or not at all."""

import os
import shutil
from contextlib import suppress
from errno import ELOOP
from pathlib import Path


def write_whole(file: Path, content: bytes) -> None:
    """Write beside the file, then put it in its place; raise OSError.

    A device, a pipe or a link's target is written as it is.
    """
    file = _resolved(file)
    if file.exists() and not file.is_file():
        file.write_bytes(content)
        return
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
