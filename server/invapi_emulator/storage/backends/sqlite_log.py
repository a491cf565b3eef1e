"""What SQLite's index (`-shm`) says of the log (`-wal`), and whether the log still holds it.

The places of the fields, and the checksums, are SQLite's (sqlite.org/walformat.html, sqlite.org/fileformat2.html, 4).
"""

import struct
from dataclasses import dataclass
from pathlib import Path

_INDEX = struct.Struct("=8xI2xHI4x8s8s8s")
INDEX_HEAD = _INDEX.size
"""Bytes of the head of an index: the count of changes, page size, pages, checksums and salt of the log."""

_LOG_HEAD, _FRAME_HEAD = 32, 24
_ORDERS = {b"\x37\x7f\x06\x82": "<", b"\x37\x7f\x06\x83": ">"}
"""The order of bytes that a log's checksums read words in, by how the log begins."""

_WORD = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class LogHead:
    """The log as the index describes it: its last checksum and its salt say what it must hold."""

    change: int
    page_size: int
    pages: int
    checksum: bytes
    salt: bytes

    def is_older_than(self, other: "LogHead") -> bool:
        """Return whether this was read before another: SQLite adds pages, and counts the salt up to begin anew."""
        if self.salt == other.salt:
            return self.pages < other.pages
        ahead = int.from_bytes(self.salt[:4], "big") - int.from_bytes(other.salt[:4], "big")
        return ahead & _WORD > _WORD // 2

    def is_in(self, log: Path) -> bool:
        """Return whether a log has the pages of this head, to the last bit. SQLite holds no lock on the log."""
        if self.pages == 0:
            return True
        frame = _FRAME_HEAD + self.page_size
        with log.open("rb") as file:
            head = file.read(_LOG_HEAD)
            order = _ORDERS.get(head[:4])
            if order is None or head[16:24] != self.salt:
                return False
            sums = _checksum(head[:24], (0, 0), order)
            if head[24:] != _big(sums):
                return False
            for _ in range(self.pages):
                read = file.read(frame)
                sums = _checksum(read[:8] + read[_FRAME_HEAD:], sums, order)
                if len(read) < frame or read[8:16] != self.salt or read[16:24] != _big(sums):
                    return False
        return struct.pack("=II", *sums) == self.checksum


def head_of(raw: bytes) -> LogHead | None:
    """Read the head of an index. Return None for one that SQLite would not believe either."""
    if len(raw) < INDEX_HEAD:
        return None
    change, page_size, pages, checksum, salt, own = _INDEX.unpack(raw[:INDEX_HEAD])
    if not raw[12] or struct.pack("=II", *_checksum(raw[:40], (0, 0), "=")) != own:
        return None
    large = 65_536 if page_size == 1 else page_size
    return LogHead(change, large, pages, checksum, salt)


def _checksum(content: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    one, two = sums
    whole = content[: len(content) // 8 * 8]
    words = struct.unpack(f"{order}{len(whole) // 4}I", whole)
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & _WORD
        two = (two + second + one) & _WORD
    return one, two


def _big(sums: tuple[int, int]) -> bytes:
    return struct.pack(">II", *sums)
