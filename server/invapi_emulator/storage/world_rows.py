"""The rows of a world that is to be stored, made before the transaction that inserts them."""

from typing import Any, TypeVar

from invapi_emulator.domain.accounts import Account
from invapi_emulator.storage.record import Key, Record
from invapi_emulator.storage.task_lists import FREE_KEY
from invapi_emulator.storage.tasks import TASK
from invapi_emulator.storage.transaction import Transaction

V = TypeVar("V")


class WorldRows:
    """Rows of an account that has none of these records. Its id may be known only when they are inserted."""

    def __init__(self, account: Account) -> None:
        self._owner = {"account_id": account.id, "generation": account.generation}
        self._rows: dict[Record[Any], list[tuple[object, ...]]] = {}
        self._keys: list[tuple[object, ...]] = []

    def add(self, record: Record[V], key: Key, value: V) -> None:
        self._rows.setdefault(record, []).append(record.inserted(self._owner, key, value)[1:])
        if record is TASK:
            self._keys.append(key)

    def insert(self, tx: Transaction, account_id: int) -> None:
        """Insert all rows, parents first. Tasks of former worlds make way for those with their keys."""
        if self._keys:
            owner = (account_id, self._owner["generation"])
            tx.write(FREE_KEY, [(*key, *owner) for key in self._keys])
        for record in sorted(self._rows, key=lambda each: each.place):
            tx.write(record.insert, [(account_id, *row) for row in self._rows[record]])
