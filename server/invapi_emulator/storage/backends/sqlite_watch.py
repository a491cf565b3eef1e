"""Notices what other programs do to the file of a server and to what SQLite keeps beside it.

SQLite would go on with a file or a log that was removed, and nothing written to it would be found again. To open the
file or the index and close it would drop the locks that SQLite has on it: the file is looked at with `lstat`, and the
index stays open for as long as SQLite has it.
"""

import os
from contextlib import suppress
from pathlib import Path
from stat import S_ISLNK, S_ISREG

from invapi_emulator.storage.backends.sqlite_file import WRITABLE
from invapi_emulator.storage.backends.sqlite_lock import Identity
from invapi_emulator.storage.backends.sqlite_log import INDEX_HEAD, LogHead, head_of
from invapi_emulator.storage.errors import CannotWrite

_DESCRIPTORS = Path("/proc/self/fd")


class OpenFile:
    """The file that a server writes to, its log (`-wal`) and the log's index (`-shm`).

    `given` is the file's name for the next start, which may lead to it by links.
    """

    def __init__(self, file: Path, opened: Identity, given: Path) -> None:
        self.path = file
        self._given = None if given == file else str(given)
        self.log = _Beside(f"{file}-wal")
        self._name = str(file)
        self._opened = opened
        self._index = _Beside(f"{file}-shm")
        self._reading: int | None = None
        self._head: LogHead | None = None
        self._damaged_at: int | None = None
        """The time of a log that was found damaged: it is not added up again."""

    def opened(self) -> bool:
        """Take log and index for those that SQLite has just opened. Return False if they are gone already."""
        self.closed()
        self.log.opened()
        self._index.opened()
        if not self._index.is_file():
            return False
        try:
            self._reading = _opened_for_most(self._index.name)
        except OSError:
            return False
        self._head = self._head_now()
        return {self.log.name, self._index.name} <= _open_names(self.log.name, self._index.name)

    def closed(self) -> None:
        """Let go of an index that SQLite has closed."""
        if self._reading is not None:
            os.close(self._reading)
            self._reading = None

    def note(self) -> bool:
        """Remember log and index after a commit. Return False if that went to files that are no longer in their place."""
        self._head = self._head_now()
        return self.log.note() and self._index.note()

    def emptied(self) -> None:
        """Remember log and index after all of the log was copied into the file, which may have cut the log."""
        self.log.emptied()
        self.note()

    def index_is_ours(self) -> bool:
        """Return whether the index says of the log what it said after the last commit."""
        return self._head_now() == self._head

    def log_is_damaged(self) -> bool:
        """Return whether the log, if it is in its place, has lost something of what SQLite has committed to it."""
        known, found = self._head, self.log.changed_at()
        if not self.log.is_same() or known is None or self.beside_is_untouched():
            return False
        if self._damaged_at is None or found != self._damaged_at:
            now = self._head_now() or known
            try:
                lost = (known.pages > 0 and now.is_older_than(known)) or not now.is_in(Path(self.log.name))
            except FileNotFoundError:  # removed meanwhile: SQLite has it open, whole
                return False
            except OSError:  # nobody knows what is in it
                return True
            self._damaged_at = found if lost else None
        return self._damaged_at is not None

    def _head_now(self) -> LogHead | None:
        if self._reading is None:
            return None
        try:
            return head_of(os.pread(self._reading, INDEX_HEAD, 0))
        except OSError:
            return None

    def keep_index_mapped(self) -> None:
        """Give a truncated index its size back: to read it would end the process with SIGBUS. Raise CannotWrite if the disk is full.

        SQLite makes an empty index again from the log. What is not allocated would end the process too once it is written to.
        """
        if self._index.size and self._index.has_shrunk() and self._reading is not None:
            try:
                _allocate(self._reading, self._index.size)
            except OSError as problem:
                raise CannotWrite(
                    f"the index '{self._index.name}' was cut by another program: {problem.strerror}"
                ) from None

    def beside_is_untouched(self) -> bool:
        """Return whether nobody else has written to the log, and both are the files that SQLite has open."""
        return self.log.is_untouched() and self._index.is_whole() and self.index_is_ours()

    def beside_is_ours(self) -> bool:
        """Return whether log and index are the files that SQLite has open."""
        return self.log.is_same() and self._index.is_same()

    def clear_away(self) -> None:
        """Remove the log of a file that is no longer there. It would be read into the file in its place.

        Call this when everything in the log is in the file, wherever the file was moved to.
        """
        try:
            self.refuse_if_moved()
        except CannotWrite:
            for name in ("-wal", "-shm"):
                Path(f"{self.path}{name}").unlink(missing_ok=True)

    def refuse_if_moved(self) -> os.stat_result:
        """Raise CannotWrite if the file is not the one that is opened next."""
        try:
            found = os.lstat(self._name)  # asked at every commit: a Path takes longer than the system call
        except FileNotFoundError:
            raise CannotWrite(f"the file '{self.path}' is gone") from None
        except OSError as problem:
            raise CannotWrite(f"'{self.path}': {problem.strerror}") from None
        if S_ISLNK(found.st_mode):
            raise CannotWrite(
                f"a symbolic link has taken the place of '{self.path}', and would have another log"
            )
        if (found.st_dev, found.st_ino) != self._opened:
            raise CannotWrite(f"another file has taken the place of '{self.path}'")
        if self._given is not None:
            self._refuse_if_led_elsewhere(self._given)
        return found

    def _refuse_if_led_elsewhere(self, given: str) -> None:
        try:
            found = Path(given).stat()
        except OSError as problem:
            raise CannotWrite(f"'{given}' no longer leads to a file: {problem.strerror}") from None
        if (found.st_dev, found.st_ino) != self._opened:
            raise CannotWrite(f"'{given}' leads to another file than '{self.path}'")

    def refuse_unless_writable(self) -> None:
        """Raise CannotWrite if a commit now would not be in the file that is opened next."""
        found = self.refuse_if_moved()
        if not found.st_mode & WRITABLE or not os.access(self._name, os.W_OK):
            raise CannotWrite(f"'{self.path}': it is read-only")
        if not self.log.is_whole():
            raise CannotWrite(f"the log '{self.log.name}' was removed or cut by another program")
        if not self.index_is_ours():
            raise CannotWrite(f"the index '{self._index.name}' was overwritten by another program")


def _opened_for_most(name: str) -> int:
    """Open a file to write, or if that is forbidden to read."""
    try:
        return os.open(name, os.O_RDWR | os.O_CLOEXEC)
    except PermissionError:
        return os.open(name, os.O_RDONLY | os.O_CLOEXEC)


def _allocate(descriptor: int, size: int) -> None:
    """Give a file a size, and room on the disk for it. macOS cannot do the latter."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
    else:
        os.ftruncate(descriptor, size)


def _open_names(*wanted: str) -> set[str]:
    """Return the names of the files that this process has open: all that are wanted, where the system does not tell."""
    try:
        descriptors = list(_DESCRIPTORS.iterdir())
    except OSError:
        return set(wanted)
    names = set()
    for each in descriptors:
        with suppress(OSError):  # one that was closed meanwhile
            names.add(str(each.readlink()))
    return names


class _Beside:
    """A file that SQLite keeps open beside its own: its identity when opened, its size and time when last noted."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.size = 0
        self._changed_at = 0
        self._identity: Identity | None = None

    def opened(self) -> None:
        found = self._stat()
        self._identity = found and (found.st_dev, found.st_ino)
        self.size = 0
        self._take(found)

    def emptied(self) -> None:
        """Let a smaller size count as whole, once."""
        self.size = 0

    def note(self) -> bool:
        """Remember size and time after a write of our own. Return False, and remember nothing, of another file."""
        found = self._stat()
        if not self._is_whole(found):
            return False
        self._take(found)
        return True

    def changed_at(self) -> int | None:
        """Return the time of the file that is there, in nanoseconds."""
        found = self._stat()
        return found and found.st_mtime_ns

    def is_file(self) -> bool:
        found = self._stat()
        return found is not None and S_ISREG(found.st_mode)

    def is_same(self) -> bool:
        found = self._stat()
        return (found and (found.st_dev, found.st_ino)) == self._identity

    def is_whole(self) -> bool:
        return self._is_whole(self._stat())

    def is_untouched(self) -> bool:
        found = self._stat()
        return self._is_whole(found) and (found is None or found.st_mtime_ns == self._changed_at)

    def has_shrunk(self) -> bool:
        found = self._stat()
        return self.is_same() and found is not None and found.st_size < self.size

    def _is_whole(self, found: os.stat_result | None) -> bool:
        if found is None:
            return self._identity is None
        return (found.st_dev, found.st_ino) == self._identity and found.st_size >= self.size

    def _take(self, found: os.stat_result | None) -> None:
        self.size = found.st_size if found else 0
        self._changed_at = found.st_mtime_ns if found else 0

    def _stat(self) -> os.stat_result | None:
        try:
            return os.lstat(self.name)  # SQLite opens no link
        except OSError:
            return None
