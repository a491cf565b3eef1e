"""The steps of a call, in the contract's order of refusals (contract 2.8), all in one unit of work."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias, TypeVar

import orjson
from msgspec.structs import replace

from invapi_emulator.api.answer import Answer
from invapi_emulator.api.envelope import failure
from invapi_emulator.api.exchange import Exchange
from invapi_emulator.api.form_rules import form_refusal
from invapi_emulator.api.journal import record_request
from invapi_emulator.api.known_answers import KnownAnswers
from invapi_emulator.api.large_answers import LargeAnswers
from invapi_emulator.api.parameters import validated
from invapi_emulator.api.request import Request
from invapi_emulator.api.scrambling import scrambled
from invapi_emulator.api.tokens import identification_of
from invapi_emulator.clock import RealTime
from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.contract.assumptions.transport import TOKEN_FIRST, WORDS_OF_REFUSALS
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Call, Prepared
from invapi_emulator.engine.faults.fault import AfterFault, BeforeFault, Reply
from invapi_emulator.engine.faults.presets import preset_of
from invapi_emulator.engine.faults.rules import fire
from invapi_emulator.engine.tasks.settle import settle_due
from invapi_emulator.errors import ApiError, Faulted, InvalidParameter, Refusal, TokenExpired, Unavailable
from invapi_emulator.storage import accounts, numbers, sessions
from invapi_emulator.storage.unit_of_work import UnitOfWork

R = TypeVar("R")

_KNOWN = KnownAnswers()


class Again:
    """Ends a run whose call must run again: more is due than one unit settles, or the call moved the clock."""


AGAIN = Again()

Step: TypeAlias = Callable[[UnitOfWork, Exchange], Answer | Again | None]
"""Does its part of a call. It ends the call by returning an answer, or by raising an ApiError."""


def check_form(_unit: UnitOfWork, exchange: Exchange) -> None:
    """Refuse a path or a body that the options do not accept (assumptions A-01, A-02)."""
    refusal = form_refusal(exchange.request, exchange.assumed)
    if refusal is not None:
        raise refusal


def authenticate(_unit: UnitOfWork, exchange: Exchange) -> None:
    if exchange.token_refusal is not None:
        raise exchange.token_refusal


def look_up_answer(_unit: UnitOfWork, exchange: Exchange) -> Answer | None:
    """Return the answer to an earlier call about the server's own catalogue that sent the same fields."""
    known = _KNOWN.find(exchange)
    return None if known is None else Answer(known.body, text=known.text)


def validate(_unit: UnitOfWork, exchange: Exchange) -> None:
    exchange.params = validated(exchange.called.params, exchange.request.fields, exchange.request.module)


def settle_due_tasks(unit: UnitOfWork, exchange: Exchange) -> Again | None:
    """Settle due tasks. Later changes in the unit are the call's own. A call without an account has no tasks."""
    if exchange.account is None:
        exchange.call = _call(unit, exchange, None, unit.real_now)
        return None
    more = settle_due(unit, exchange.time)
    exchange.settled = unit.version
    exchange.call = _call(unit, exchange, unit.account, exchange.time)
    return AGAIN if more else None


def fire_before(unit: UnitOfWork, exchange: Exchange) -> Answer | None:
    """Return the response of a fault rule that acts in place of the call. Rules are asked once, even if the call runs again."""
    if exchange.account is None or exchange.rules_asked:
        return None
    exchange.rules_asked = True
    firing = fire(unit, exchange.call, "before")
    if firing is None or not isinstance(firing.fault, BeforeFault):
        return None
    response = firing.fault.respond(firing)
    if isinstance(response, ApiError):
        return failure(response, exchange.assumed)
    exchange.reply = Reply(cut=response)
    return failure(Faulted("the connection was cut by a fault"))


def handle(unit: UnitOfWork, exchange: Exchange) -> Answer | Again:
    """Run the handler. A call that it refuses changes nothing."""
    handler, begun = exchange.called.handler, unit.version
    if not unit.owned:
        body = handler(unit, exchange.call)
    else:
        body = _of_one_server(unit, exchange.server_id, lambda: handler(unit, exchange.call))
    if body is None:
        return AGAIN
    exchange.has_changed = unit.version != begun
    if isinstance(body, Prepared):
        _KNOWN.keep(exchange, body)
        return Answer(body.body, text=body.text if exchange.account is None else None)
    exchange.task = body.get("callback")
    return Answer(orjson.dumps(exchange.called.whole(body)))


def _of_one_server(unit: UnitOfWork, server_id: int | None, work: Callable[[], R]) -> R:
    """Run the work for a token of one server, or for one of the whole account if `server_id` is None."""
    unit.only_vm = server_id
    try:
        return unit.nested(work)
    finally:
        unit.only_vm = None


STEPS: tuple[Step, ...] = (
    check_form,
    authenticate,
    look_up_answer,
    validate,
    settle_due_tasks,
    fire_before,
    handle,
)
"""The steps of a call in order. The first that answers or refuses ends it."""

PARAMETERS_FIRST: tuple[Step, ...] = (check_form, validate, authenticate, *STEPS[4:])
"""The steps if the parameters identify the account, or if the option of A-10 says so."""


def scramble(unit: UnitOfWork, exchange: Exchange, answer: Answer) -> Answer:
    """Return the answer, scrambled if the account's profile says so. The answer's number decides how."""
    if not preset_of(unit.account).scrambles:
        return answer
    number = numbers.next_answer(unit)
    return replace(
        answer, body=scrambled(answer.body, partial(exchange.call.chance.fraction, "answer", number))
    )


def fire_after(unit: UnitOfWork, exchange: Exchange, answer: Answer) -> Answer:
    """Return the answer as a fault rule changes it. An answer that is cut off already stays as it is."""
    if exchange.reply is not None:
        return answer
    firing = fire(unit, exchange.call, "after", accepted=answer.reason is None)
    if firing is None or not isinstance(firing.fault, AfterFault):
        return answer
    exchange.reply = firing.fault.apply(Reply(answer.body), firing.draw)
    if exchange.reply.refusal:
        return failure(exchange.reply.refusal, exchange.assumed)
    return replace(answer, body=exchange.reply.body)


def run(
    unit: UnitOfWork,
    request: Request,
    action: Action,
    assumed: Assumed,
    real_time: RealTime,
    large: LargeAnswers,
    *,
    rules_asked: bool,
) -> Exchange:
    """Run a call through the steps, and put it into the journal. An exchange without an answer must run again."""
    exchange = Exchange(request, action, assumed, rules_asked=rules_asked)
    identify(unit, exchange)
    answer = _first_answer(unit, exchange)
    if isinstance(answer, Again):
        return exchange
    if not exchange.has_changed and not large.has_room_for(answer):
        answer = failure(Unavailable("too many large answers wait to be read; ask again"), exchange.assumed)
    elif exchange.settled is not None:
        answer = fire_after(unit, exchange, scramble(unit, exchange, answer))
    exchange.must_be_kept = exchange.settled is not None and unit.version != exchange.settled
    large.hold(answer)
    exchange.answer = answer
    record_request(unit, exchange, real_time())
    return exchange


def refuse(
    unit: UnitOfWork, request: Request, error: ApiError, assumed: Assumed, real_time: RealTime
) -> Exchange:
    """Refuse a call that names no action, and put it into the journal: its token's account's, if that is good."""
    exchange = Exchange(request, None, assumed)
    identify(unit, exchange)
    exchange.answer = failure(form_refusal(request, exchange.assumed) or error, exchange.assumed)
    record_request(unit, exchange, real_time())
    return exchange


def identify(unit: UnitOfWork, exchange: Exchange) -> None:
    """Find the call's account. An expired token still identifies it; other refused tokens do not.

    A call of a public action without a token has none.
    """
    request = exchange.request
    try:
        identification_of(exchange.action).check(unit, request.fields, request.address)
    except ApiError as refusal:
        exchange.token_refusal = refusal
        if not isinstance(refusal, TokenExpired):
            return
    if not unit.owned:
        return
    if exchange.action is None or exchange.action.identified_by is None:
        exchange.server_id = sessions.server_of(unit, request.fields.get("token"))
    exchange.account = unit.account
    exchange.time = unit.account.clock.now(unit.real_now)
    accounts.touch(unit)


def _first_answer(unit: UnitOfWork, exchange: Exchange) -> Answer | Again:
    token_first = exchange.called.identified_by is None and exchange.assumed[TOKEN_FIRST] == "token-first"
    try:
        for step in STEPS if token_first else PARAMETERS_FIRST:
            answer = step(unit, exchange)
            if answer is not None:
                return answer
    except ApiError as refusal:
        return _refused(exchange, refusal)
    raise AssertionError("the last step always answers")


def _refused(exchange: Exchange, error: ApiError) -> Answer:
    """Return a refusal. One about a VM names the VM and the request (contract 2.4)."""
    prefix = exchange.called.refusal
    about_id = isinstance(error, InvalidParameter) and error.about == "id"
    if isinstance(error, Refusal) and prefix and exchange.vm is not None and not about_id:
        whole = {
            "prefix-and-why": f"{prefix} {exchange.vm} - {error.message}",
            "prefix-only": f"{prefix} {exchange.vm}",
            "why-only": error.message,
        }
        error.message = whole[exchange.assumed[WORDS_OF_REFUSALS]]
    return failure(error, exchange.assumed)


def _call(unit: UnitOfWork, exchange: Exchange, caller: Account | None, now: Instant) -> Call[Any]:
    action = exchange.called
    return Call(
        action.module, action.name, exchange.params, exchange.request.fields, caller, now, unit.real_now,
        exchange.request.address, exchange.fired,
    )  # fmt: skip
