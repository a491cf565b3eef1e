"""Making the key of a task: one that no task has."""

from collections.abc import Container

from invapi_emulator.domain.accounts import Account
from invapi_emulator.randomness import chance_of
from invapi_emulator.storage import tasks
from invapi_emulator.storage.transaction import Transaction


def new_key(tx: Transaction, account: Account, number: int, reserved: Container[str] = ()) -> str:
    """Return the key of the account's task with this number, none of those `reserved`.

    An imported task may have been given any key, the one that this number would get as well.
    """
    chance = chance_of(account)
    key, attempt = chance.task_key(account.generation, number), 0
    while key in reserved or tasks.owner_of(tx, key) is not None:
        attempt += 1
        key = chance.task_key(account.generation, number, attempt)
    return key
