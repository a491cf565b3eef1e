"""The sizes of an account's records together, kept beside them."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from invapi_emulator.storage.record import Index, Key
from invapi_emulator.storage.unit_of_work import UnitOfWork

V = TypeVar("V")


class Sizes(Generic[V]):
    """The sizes of records, those without one left out, and their sum."""

    def __init__(self, rows: Iterable[tuple[Key, int]], size_of: Callable[[V], int]) -> None:
        self._size_of = size_of
        self.by_key = {key: size for key, size in rows if size}
        self.sum = sum(self.by_key.values())

    def changed(self, key: Key, value: V | None) -> None:
        size = 0 if value is None else self._size_of(value)
        self.sum += size - self.by_key.pop(key, 0)
        if size:
            self.by_key[key] = size

    def content(self) -> tuple[int, dict[Key, int]]:
        return self.sum, self.by_key

    def with_changes(self, changes: Iterable[tuple[Key, V | None]]) -> int:
        """Return the sum, once these records have changed."""
        sizes = ((key, 0 if value is None else self._size_of(value)) for key, value in changes)
        return self.sum + sum(size - self.by_key.get(key, 0) for key, size in sizes)


def in_account(unit: UnitOfWork, index: Index[Sizes[Any], Any]) -> int:
    """Return the size of the index's records of the account, with the unit's changes."""
    return unit.index(index).with_changes(unit.changes.of(index.record))
