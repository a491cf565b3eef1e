"""Making the key of a task: one that no task has."""

from collections.abc import Callable

from invapi_emulator.domain.accounts import Account
from invapi_emulator.randomness import chance_of
from invapi_emulator.storage import tasks
from invapi_emulator.storage.unit_of_work import UnitOfWork


def new_key(account: Account, number: int, is_taken: Callable[[str], bool]) -> str:
    """Return the key of the account's task with this number, one that is not taken.

    An imported task may have been given any key, the one that this number would get as well.
    """
    chance = chance_of(account)
    key, attempt = chance.task_key(account.generation, number), 0
    while is_taken(key):
        attempt += 1
        key = chance.task_key(account.generation, number, attempt)
    return key


def key_of_new_task(unit: UnitOfWork, number: int) -> str:
    """Return a key for a task that a call starts; one that comes from the system need not be looked for."""
    chance = chance_of(unit.account)
    if not chance.repeatable:
        return chance.task_key(unit.account.generation, number)
    return new_key(unit.account, number, lambda key: tasks.is_taken(unit, key))
