"""From fields to an answer, in one transaction and in the contract's order of refusals (contract 2.8)."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import BaseModel

from invapi_emulator.actions import ACTIONS, NOT_EMULATED, Action, Call, actions_of
from invapi_emulator.assumptions.transport import TOKEN_FIRST, WORDS_OF_REFUSALS
from invapi_emulator.clock import RealTime
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.errors import ApiError, Faulted, InvalidParameter, NotEmulated, Refusal, UnknownAction
from invapi_emulator.faults.kind import AfterFault, BeforeFault, Reply
from invapi_emulator.faults.rules import fire
from invapi_emulator.http.answer import Answer
from invapi_emulator.http.envelope import failure, success
from invapi_emulator.http.hostile import disturbed
from invapi_emulator.http.journal import Heard, write_down
from invapi_emulator.http.parameters import shortened, validated
from invapi_emulator.http.tokens import account_of_token
from invapi_emulator.http.turned import refused_as_turned
from invapi_emulator.randomness import chance_of
from invapi_emulator.storage import accounts, tasks
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.prepared import savepoint
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.tasks.advance import advance_due_tasks

_log = logging.getLogger(__name__)


def find_action(module: str, fields: Mapping[str, object]) -> Action:
    """Return the action that the field `action` names; raises UnknownAction or NotEmulated (contract 2.6)."""
    name = fields.get("action")
    found = ACTIONS.get((module, name)) if isinstance(name, str) else None
    if found is not None:
        return found
    if isinstance(name, str) and name in NOT_EMULATED.get(module, ()):
        raise NotEmulated(
            f"{module}/{name} is an action of the real API that this emulator does not have; "
            "this is not the vendor's refusal"
        )
    given = (
        f"unknown action {shortened(name)}"
        if isinstance(name, str) and name
        else "the field action is missing"
    )
    raise UnknownAction(f"{given}; {module} has {', '.join(actions_of(module))}")


def answer(database: Database, action: Action, heard: Heard) -> Answer | None:
    """Answer a call and put it into the journal, in one transaction.

    None when so much falls due in its account that others should get their turn first.
    """
    with database.write(lambda: _must_be_kept(heard)) as tx:
        response = _answered(database, tx, action, heard)
        if response is not None:
            write_down(tx, heard, response, database.real_time())
        return response


def _must_be_kept(heard: Heard) -> bool:
    """Tell whether a call has done more than to be there for the journal, which may miss it."""
    if not heard.changed:
        _log.error("the journal misses %s: the emulator cannot write to its database", heard.request_id)
    return heard.changed


def _answered(database: Database, tx: Transaction, action: Action, heard: Heard) -> Answer | None:
    try:
        account, params, real_now = _identified(tx, action, heard, lambda: database.real_now(tx))
    except ApiError as refusal:
        return _refused(action, heard, refused_as_turned(heard) or refusal)
    turned = refused_as_turned(heard)
    if turned is not None:
        return failure(turned, heard.assumed)
    accounts.touch(tx, account, real_now)
    now = account.clock.now(real_now)
    heard.changed = advance_due_tasks(tx, account, now)
    if heard.changed:
        return None
    before, first_before = tx.changes(), tasks.first_change(tx, account.id)
    call = Call(
        action.module, action.name, params, heard.fields, account, now, real_now,
        chance_of(account), heard.address, heard.fired,
    )  # fmt: skip
    response = _instead(tx, call, heard) or _handled(tx, call, action, heard)
    if response is not None and account.is_hostile:
        response = _disturbed(tx, call, response)
    if response is not None:
        response = _on_its_way(tx, call, heard, response)
    heard.changed = response is None or tx.changes() != before
    heard.moved |= tasks.first_change(tx, account.id) < first_before
    return response


def _instead(tx: Transaction, call: Call[Any], heard: Heard) -> Answer | None:
    """Answer what a fault rule answers in place of the call; rules are asked once, though a check may come again."""
    if heard.held_against_rules:
        return None
    heard.held_against_rules = True
    firing = fire(tx, call, "before")
    if firing is None or not isinstance(firing.fault, BeforeFault):
        return None
    instead = firing.fault.instead(tx, call, firing.window)
    if isinstance(instead, ApiError):
        return failure(instead, heard.assumed)
    heard.reply = Reply(cut=instead)
    return failure(Faulted("the connection was cut by a fault"))


def _handled(tx: Transaction, call: Call[Any], action: Action, heard: Heard) -> Answer | None:
    try:
        with savepoint(tx):
            body = action.handler(tx, call)
    except ApiError as refusal:
        return _refused(action, heard, refusal)
    if body is None:
        heard.moved = True
        return None
    heard.task = body.get("callback")
    return success(action.module, action.name, body)


def _disturbed(tx: Transaction, call: Call[Any], response: Answer) -> Answer:
    """Return the answer as a hostile account gives it: what it is like follows from its number."""
    number = accounts.next_answer(tx, call.account.id)
    return replace(response, body=disturbed(response.body, partial(call.chance.fraction, "answer", number)))


def _on_its_way(tx: Transaction, call: Call[Any], heard: Heard, response: Answer) -> Answer:
    """Return the answer as a fault rule makes it reach the client; one that was cut off is none."""
    if heard.reply is not None:
        return response
    firing = fire(tx, call, "after", accepted=response.reason is None)
    if firing is None or not isinstance(firing.fault, AfterFault):
        return response
    heard.reply = firing.fault.change(Reply(response.body), firing.draw)
    if heard.reply.refusal:
        return failure(heard.reply.refusal, heard.assumed)
    return replace(response, body=heard.reply.body)


def _identified(
    tx: Transaction, action: Action, heard: Heard, real_time: RealTime
) -> tuple[Account, BaseModel, Instant]:
    """Return whose call it is, its parameters, and the real time, which is read once the account is held.

    Without a token, the parameters tell whose call it is.
    """
    if action.find_account is None:
        try:
            account, real_now = account_of_token(tx, heard.fields, heard.address, real_time, heard.belongs_to)
        except ApiError:
            if not heard.assumed.holds(TOKEN_FIRST):
                validated(action.params, heard.fields)
            raise
        return account, validated(action.params, heard.fields), real_now
    params = validated(action.params, heard.fields)
    account = action.find_account(tx, params)
    real_now = real_time()
    heard.belongs_to(account, real_now)
    return account, params, real_now


def _refused(action: Action, heard: Heard, error: ApiError) -> Answer:
    """Answer a refusal; one about a VM says which and what was asked of it (contract 2.4)."""
    vm_id = heard.vm
    about_id = isinstance(error, InvalidParameter) and error.about == "id"
    if isinstance(error, Refusal) and action.refusal and vm_id is not None and not about_id:
        whole = {
            "prefix-and-why": f"{action.refusal} {vm_id} - {error.message}",
            "prefix-only": f"{action.refusal} {vm_id}",
            "why-only": error.message,
        }
        error.message = whole[heard.assumed[WORDS_OF_REFUSALS]]
    return failure(error, heard.assumed)
