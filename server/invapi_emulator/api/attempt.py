"""A call as a unit of work, which may be run more than once."""

import logging

from invapi_emulator.api import pipeline
from invapi_emulator.api.exchange import Exchange
from invapi_emulator.api.large_answers import LargeAnswers
from invapi_emulator.api.parameters import vm_id_in
from invapi_emulator.api.request import Request
from invapi_emulator.api.tokens import identification_of
from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.faults.rules import RULES
from invapi_emulator.engine.tasks.kinds import KINDS
from invapi_emulator.errors import ApiError
from invapi_emulator.randomness import is_task_key
from invapi_emulator.storage.api_keys import API_KEY
from invapi_emulator.storage.database import Database, Need
from invapi_emulator.storage.orders import ORDERS
from invapi_emulator.storage.owners import OwnerWord
from invapi_emulator.storage.sessions import SESSION
from invapi_emulator.storage.snapshots import ROTATION, SNAPSHOT
from invapi_emulator.storage.stale_lists import UNLISTED
from invapi_emulator.storage.tasks import DUE, NUMBERS, TASK
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.storage.vm_indexes import ENDS
from invapi_emulator.storage.vm_record import VM

_log = logging.getLogger(__name__)


class Attempt:
    """A call that waits for its answer. `rules_asked` is true once the rules that act in its place have been asked."""

    def __init__(
        self, request: Request, action: Action, assumed: Assumed, database: Database, large: LargeAnswers
    ) -> None:
        self._large = large
        self._request = request
        self._action = action
        self._assumed = assumed
        self._database = database
        self._last: Exchange | None = None
        self._number = 0
        self.rules_asked = False

    @property
    def owner(self) -> OwnerWord | None:
        """The word that the call's account is found by; None if it has none."""
        return identification_of(self._action).word(self._request.fields)

    def run(self, unit: UnitOfWork) -> Exchange:
        self._last = pipeline.run(
            unit,
            self._request,
            self._action,
            self._assumed,
            self._database.real_time,
            self._large,
            rules_asked=self.rules_asked,
        )
        self._number = unit.counters.last_request if unit.owned else 0
        return self._last

    def needs(self) -> list[Need]:
        """Return the parts of the account that the call will need."""
        fields = self._request.fields
        needs: list[Need] = [DUE, ENDS, ORDERS, RULES, (API_KEY, ()), *self._action.reads]
        vm_id, token, key = vm_id_in(fields), fields.get("token"), fields.get("key")
        if vm_id is not None:
            needs += [(record, (vm_id,)) for record in (VM, SNAPSHOT, ROTATION, UNLISTED)]
        if isinstance(token, str):
            needs.append((SESSION, (token,)))
        if (self._action.module, self._action.name) in KINDS:
            needs.append(NUMBERS)
        if isinstance(key, str) and is_task_key(key):
            needs.append((TASK, (key,)))
        return needs

    def may_lose(self) -> bool:
        """Note that the journal misses the call. Tell whether it changed nothing else: then it is answered anyway."""
        if self._last is None:
            return False
        _note_missed(self._database, self._last, self._number)
        return not self._last.must_be_kept


class Refusal:
    """The refusal of a call that names no action, as a unit of work. It is answered even if it cannot be kept."""

    def __init__(self, request: Request, error: ApiError, assumed: Assumed, database: Database) -> None:
        self._request = request
        self._error = error
        self._assumed = assumed
        self._database = database
        self._last: Exchange | None = None
        self._number = 0

    def run(self, unit: UnitOfWork) -> Exchange:
        self._last = pipeline.refuse(
            unit, self._request, self._error, self._assumed, self._database.real_time
        )
        self._number = unit.counters.last_request if unit.owned else 0
        return self._last

    def may_lose(self) -> bool:
        """Note that the journal misses the call."""
        assert self._last is not None
        _note_missed(self._database, self._last, self._number)
        return True


def _note_missed(database: Database, exchange: Exchange, number: int) -> None:
    """Note that the journal misses a call, which has this number if it is an account's."""
    database.missed.note(None if exchange.account is None else exchange.account.id, number)
    _log.error(
        "the journal misses %s: the emulator cannot write to its database", exchange.request.request_id
    )
