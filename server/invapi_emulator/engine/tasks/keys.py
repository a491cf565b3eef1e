"""Making keys of tasks that no other task has."""

from collections.abc import Callable

from invapi_emulator.domain.accounts import Account
from invapi_emulator.randomness import chance_of
from invapi_emulator.storage import tasks
from invapi_emulator.storage.unit_of_work import UnitOfWork


def new_key(account: Account, number: int, is_taken: Callable[[str], bool]) -> str:
    """Return a free key for the account's task with this number.

    An imported task may have any key, even the one that belongs to this number.
    """
    chance = chance_of(account)
    key, attempt = chance.task_key(account.generation, number), 0
    while is_taken(key):
        attempt += 1
        key = chance.task_key(account.generation, number, attempt)
    return key


def key_of_new_task(unit: UnitOfWork, number: int) -> str:
    """Return a key for a task that a call starts. A key from the system's randomness is free without a search."""
    chance = chance_of(unit.account)
    if not chance.repeatable:
        return chance.task_key(unit.account.generation, number)
    return new_key(unit.account, number, lambda key: tasks.is_taken(unit, key))
