"""The lock of a server on its SQLite file: on the file itself, so that it holds under every name of it."""

import errno
import fcntl
import os
import stat
from contextlib import ExitStack
from pathlib import Path

from invapi_emulator.errors import CannotStart
from invapi_emulator.storage.backends.sqlite_place import mount_point, mounts, verdict

PRIVATE = 0o600
"""Mode of new files: they hold tokens and keys."""

Identity = tuple[int, int]
"""Device and inode of a file."""

_locked: set[Identity] = set()
"""The files that this process has locked. To open one again and close it would drop SQLite's own locks."""


def lock_for_life(file: Path, resources: ExitStack) -> Identity:
    """Lock a file until the resources are closed; create it if it is missing. Return its identity.

    The descriptor is opened before SQLite's and closed after them. Raises CannotStart if another server has the
    file, or if it is not on a disk of this machine; OSError if it cannot be opened.
    """
    _refuse_if_remote(file.parent)
    _lock(file, file, resources)
    _lock(_note_of(file), file, resources)  # what versions before 0.2.0 lock
    return identity_of(file)


def sign(file: Path, who: str) -> None:
    """Name the server that has the file, for the next one that wants it."""
    _note_of(file).write_text(f"{who}\n", encoding="utf-8")


def identity_of(file: Path) -> Identity:
    found = file.stat()
    return found.st_dev, found.st_ino


def _refuse_if_remote(folder: Path) -> None:
    _, kind = mount_point(folder, mounts())
    if verdict(kind) == "refuse":
        raise CannotStart(
            f"--db: '{folder}' is on a file system of several machines ({kind}), where SQLite's log and locks do not hold; "
            "use a disk of this machine, or PostgreSQL"
        )


def _lock(path: Path, file: Path, resources: ExitStack) -> None:
    """Lock one path for `file`."""
    if path.exists() and identity_of(path) in _locked:
        raise _in_use(file)
    descriptor = _opened(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        os.close(descriptor)
        if problem.errno in {errno.EWOULDBLOCK, errno.EACCES}:
            raise _in_use(file) from None
        raise
    found = os.fstat(descriptor)
    identity = found.st_dev, found.st_ino
    _locked.add(identity)
    resources.callback(_unlock, descriptor, identity, os.getpid())


def _opened(path: Path) -> int:
    """Open a regular file. A pipe or a device is not waited for, and raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, PRIVATE)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(0, f"'{path}' is not a regular file")


def _unlock(descriptor: int, identity: Identity, owner: int) -> None:
    """Release a lock. A process that was forked since shares it, so closing the descriptor is not enough."""
    if os.getpid() == owner:
        _locked.discard(identity)
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def _in_use(file: Path) -> CannotStart:
    note = _note_of(file)
    try:
        who = note.read_text(encoding="utf-8").strip() if note.is_file() else ""
    except (OSError, ValueError):
        who = ""
    return CannotStart(f"--db: '{file}' is in use by another server{who and f': {who}'}")


def _note_of(file: Path) -> Path:
    return Path(f"{file}.lock")
