"""Write a file whole or not at all."""

import os
import shutil
from contextlib import suppress
from pathlib import Path


def write_whole(file: Path, content: bytes) -> None:
    """Write beside the file, then put it in its place. A device, a pipe or a link's target is written as it is."""
    file = file.resolve()
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
