"""Unwritten changes to records: rows to insert, update and delete, each with its last value."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from invapi_emulator.storage.record import Key, Record

Rows: TypeAlias = dict[Record[Any], dict[Key, Any]]
"""Values by record, then by key."""


class Changes:
    """The last value of each changed record. A deletion comes before an insertion of the same key."""

    __slots__ = ("deletes", "inserts", "updates")

    def __init__(self) -> None:
        self.inserts: Rows = {}
        self.updates: Rows = {}
        self.deletes: dict[Record[Any], set[Key]] = {}

    def __bool__(self) -> bool:
        return bool(self.inserts or self.updates or self.deletes)

    def insert(self, record: Record[Any], key: Key, value: Any) -> None:
        self.inserts.setdefault(record, {})[key] = value

    def update(self, record: Record[Any], key: Key, value: Any) -> None:
        inserted = self.inserts.get(record)
        if inserted is not None and key in inserted:
            inserted[key] = value
        else:
            self.updates.setdefault(record, {})[key] = value

    def delete(self, record: Record[Any], key: Key) -> None:
        inserted = self.inserts.get(record)
        if inserted is not None and inserted.pop(key, None) is not None:
            return
        if record in self.updates:
            self.updates[record].pop(key, None)
        self.deletes.setdefault(record, set()).add(key)

    def found(self, record: Record[Any], key: Key, unchanged: Any) -> Any:
        """Return the value after the changes: None if deleted, `unchanged` if not changed."""
        if record in self.inserts and key in self.inserts[record]:
            return self.inserts[record][key]
        if record in self.updates and key in self.updates[record]:
            return self.updates[record][key]
        return None if record in self.deletes and key in self.deletes[record] else unchanged

    def of(self, record: Record[Any]) -> Iterator[tuple[Key, Any]]:
        """Yield each changed key with its last value, None if deleted. A key inserted again comes twice."""
        for key in self.deletes.get(record, ()):
            yield key, None
        yield from self.updates.get(record, {}).items()
        yield from self.inserts.get(record, {}).items()

    def concern(self, record: Record[Any]) -> bool:
        return record in self.inserts or record in self.updates or record in self.deletes

    def records(self) -> set[Record[Any]]:
        return {*self.deletes, *self.updates, *self.inserts}

    def copy(self) -> "Changes":
        copied = Changes()
        if self.inserts:
            copied.inserts = {record: dict(rows) for record, rows in self.inserts.items()}
        if self.updates:
            copied.updates = {record: dict(rows) for record, rows in self.updates.items()}
        if self.deletes:
            copied.deletes = {record: set(keys) for record, keys in self.deletes.items()}
        return copied

    def take(self, other: "Changes", prefix: Key) -> None:
        """Add another's later changes. `prefix` goes before each of their keys."""
        for record, keys in other.deletes.items():
            for key in keys:
                self.delete(record, prefix + key)
        for record, rows in other.updates.items():
            for key, value in rows.items():
                self.update(record, prefix + key, value)
        for record, rows in other.inserts.items():
            for key, value in rows.items():
                self.insert(record, prefix + key, value)
