"""Calls of an open database without a server, for tests of the layers below it."""

from invapi_emulator.api.attempt import Attempt
from invapi_emulator.api.exchange import Exchange
from invapi_emulator.api.form_rules import find_action
from invapi_emulator.api.large_answers import LargeAnswers
from invapi_emulator.api.request import Request
from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.unit_of_work import UnitOfWork

DEMO = 1
"""The id of the account demo, which is the first one."""


def called(database: Database, module: str, **fields: str) -> Exchange:
    """Make a call like the endpoint, with its journal entry, and return the outcome."""
    real_now = database.real_time()
    request = Request(module, "POST", "127.0.0.1", "a test", "a-request", real_now, True, False, None, fields)
    attempt = Attempt(
        request, find_action(request, f"/{module}.php".encode()), Assumed(), database, LargeAnswers()
    )
    while True:
        exchange = database.run_now(owner_of(database, attempt), attempt.run)
        if exchange.answer is not None:
            return exchange
        attempt.rules_asked = exchange.rules_asked


def owner_of(database: Database, attempt: Attempt) -> int | None:
    with database.read() as tx:
        return None if attempt.owner is None else database.owners.find(tx, attempt.owner)


def unit_of_demo(database: Database) -> UnitOfWork:
    """Return a unit of work on the account demo, for reading. Its changes are discarded."""
    units: list[UnitOfWork] = []
    database.run_now(DEMO, units.append)
    return units[0]
