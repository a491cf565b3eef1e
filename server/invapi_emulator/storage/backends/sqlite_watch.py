"""Notices what other programs do to the file of a server and to what SQLite keeps beside it.

SQLite would go on with a file or a log that was removed, and nothing written to it would be found again. Only
`lstat` is used: to open one of these files and close it would drop the locks that SQLite has on it.
"""

import os
from pathlib import Path
from stat import S_ISLNK

from invapi_emulator.storage.backends.sqlite_file import WRITABLE
from invapi_emulator.storage.backends.sqlite_lock import Identity
from invapi_emulator.storage.errors import CannotWrite


class OpenFile:
    """The file that a server writes to, its log (`-wal`) and the log's index (`-shm`)."""

    def __init__(self, file: Path, opened: Identity) -> None:
        self.path = file
        self.log = _Beside(f"{file}-wal")
        self._name = str(file)
        self._opened = opened
        self._index = _Beside(f"{file}-shm")

    def note(self) -> None:
        """Remember the log and its index as they are after a commit, or after they were opened."""
        self.log.note()
        self._index.note()

    def keep_index_mapped(self) -> None:
        """Give a truncated index its size back. To read it would end the process with SIGBUS.

        SQLite makes an empty index again from the log.
        """
        if self._index.size and self._index.has_shrunk():
            os.truncate(self._index.name, self._index.size)

    def beside_is_untouched(self) -> bool:
        """Return whether nobody else has written to the log, and both are the files that SQLite has open."""
        return self.log.is_untouched() and self._index.is_whole()

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
        return found

    def refuse_unless_writable(self) -> None:
        """Raise CannotWrite if a commit now would not be in the file that is opened next."""
        found = self.refuse_if_moved()
        if not found.st_mode & WRITABLE or not os.access(self._name, os.W_OK):
            raise CannotWrite(f"'{self.path}': it is read-only")
        if not self.log.is_whole():
            raise CannotWrite(f"the log '{self.log.name}' was removed or cut by another program")


_HEADER, _FRAME = 32, 24
"""Sizes of the head of a log, and of the head of each page in it, in bytes (sqlite.org/fileformat2.html, 4.1)."""

_MAGIC = b"\x37\x7f\x06"


class _Beside:
    """A file that SQLite keeps open beside its own, with its identity, size and time when last noted."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.size = 0
        self._changed_at = 0
        self._identity: Identity | None = None

    def note(self) -> None:
        found = self._stat()
        self._identity = found and (found.st_dev, found.st_ino)
        self.size = found.st_size if found else 0
        self._changed_at = found.st_mtime_ns if found else 0

    def note_own_change(self) -> None:
        """Remember the size and time after a commit that failed on the way: part of it may have been written."""
        if self.is_whole():
            self.note()

    def is_same(self) -> bool:
        found = self._stat()
        return (found and (found.st_dev, found.st_ino)) == self._identity

    def is_whole(self) -> bool:
        found = self._stat()
        if found is None:
            return self._identity is None
        return (found.st_dev, found.st_ino) == self._identity and found.st_size >= self.size

    def is_untouched(self) -> bool:
        found = self._stat()
        return self.is_whole() and (found is None or found.st_mtime_ns == self._changed_at)

    def is_overwritten(self) -> bool:
        """Return whether the file begins as no log does. SQLite holds no lock on it, so it may be read here."""
        if not self.is_same() or self.size == 0:
            return False
        with Path(self.name).open("rb") as file:
            begin = file.read(_HEADER + _FRAME)
        salt = slice(16, 24), slice(_HEADER + 8, _HEADER + 16)
        return len(begin) > _HEADER and (begin[:3] != _MAGIC or begin[salt[0]] != begin[salt[1]])

    def has_shrunk(self) -> bool:
        found = self._stat()
        return self.is_same() and found is not None and found.st_size < self.size

    def _stat(self) -> os.stat_result | None:
        try:
            return os.lstat(self.name)  # SQLite opens no link
        except OSError:
            return None
