"""The journal: what clients sent, what the emulator answered, and why."""

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from invapi_emulator.control.call_filter import Filter, FilterInQuery, kinds_of, misses
from invapi_emulator.control.failures import failures
from invapi_emulator.control.large_answers import answered, for_who_waits
from invapi_emulator.control.large_bodies import in_turns
from invapi_emulator.control.views import View
from invapi_emulator.control.worlds import AccountContext, NameInPath, TheWorlds
from invapi_emulator.domain.instants import iso_or_none
from invapi_emulator.storage import pruned, requests
from invapi_emulator.storage.pruned import Gone
from invapi_emulator.storage.requests import JournalEntry
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.world_size import has_many_calls
from invapi_emulator.worlds.errors import error_at
from invapi_emulator.worlds.json_text import writing
from invapi_emulator.worlds.steps import Steps

router = APIRouter(prefix="/_emulator", tags=["journal"])


class RequestView(View):
    id: int
    at: str | None = Field(description="on the account's clock; null for a call of no account")
    module: str
    action: str | None
    vm: int | None
    fields: dict[str, Any] = Field(description="the fields sent, with secrets masked, cut at 4 KiB")
    unread: list[str] = Field(description="names of the fields that no handler read; often misspelt")
    result: str = Field(description="`ok` or `refused`")
    reason: str | None
    fault: str | None = Field(
        description="kinds of the fault rules that fired, with a comma and a space between them"
    )
    status: int | None = Field(description="null if a fault cut the connection")
    answer: str = Field(description="the response body, cut at 4 KiB")
    task: str | None = Field(description="key of the task that the call started")
    duration_ms: float
    address: str
    user_agent: str
    request_id: str | None = Field(
        description="also in the response header X-Request-Id and in the log; null for calls that an older version answered"
    )
    received_at: str | None = Field(
        description="when the call arrived, in real time; null for calls that an older version answered"
    )
    in_query: list[str] = Field(description="names of the fields with a value in the query string")


class RequestList(View):
    requests: list[RequestView] = Field(description="in the order in which they were answered")
    gone: int = Field(description="number of older calls that are no longer kept and may match the filter")
    last_id: int = Field(description="id of the newest call, whether it matches or not; 0 before the first")
    cleared_to: int = Field(description="id of the last call that was cleared; 0 if none was")


@router.get("/accounts/{name}/requests", responses={200: {"model": RequestList}, **failures(404, 422)})
async def list_requests(
    request: Request, name: NameInPath, worlds: TheWorlds, wanted: Annotated[FilterInQuery, Query()]
) -> Response:
    """Show those of the account's newest 1,000 calls that match the filter; all of them without one."""

    def select(context: AccountContext) -> Steps[bytes]:
        return _writing(_listed(journal_of(context), wanted))

    return await answered(request, worlds, name, select, is_large=has_many)


@router.delete("/accounts/{name}/requests", status_code=204, responses=failures(404))
async def clear_requests(name: NameInPath, worlds: TheWorlds) -> None:
    """Clear the account's journal: the calls so far are no longer shown, verified or in the report."""
    await worlds.within(name, lambda context: pruned.clear(context.unit))


@router.get(
    "/requests",
    responses={200: {"model": RequestList}, **failures(422)},
    operation_id="list_strangers__emulator_requests_get",  # generated clients have this name
)
async def list_unauthenticated(
    request: Request, worlds: TheWorlds, wanted: Annotated[FilterInQuery, Query()]
) -> Response:
    """Show the newest 1,000 unauthenticated requests: a bad token, an unknown key or an unknown module."""

    def read() -> Journal:
        with worlds.database.read() as tx:
            return _unauthenticated(tx, worlds.database.missed.unauthenticated)

    def large() -> bool:
        with worlds.database.read() as tx:
            return has_many_calls(tx, None)

    async def answer() -> Response:
        async with worlds.turns.turn_if(needed=await worlds.database.call(large)):
            listed = _listed(await worlds.database.call(read), wanted)
            return worlds.turns.answer(await in_turns(_writing(listed)))

    return await for_who_waits(request, answer())


class Journal(NamedTuple):
    """The calls of an account that are stored, in order, and those that are not."""

    calls: list[tuple[int, JournalEntry]]
    gone: Gone

    @property
    def last_id(self) -> int:
        return self.gone.newest


def has_many(context: AccountContext) -> bool:
    return has_many_calls(context.tx, context.account.id)


def journal_of(context: AccountContext) -> Journal:
    calls = requests.stored(context.tx, context.account.id)
    numbers, last = [number for number, _ in calls], requests.last_number(context.unit)
    return Journal(calls, pruned.gone(context.tx, context.account.id, numbers, last))


def _unauthenticated(tx: Transaction, missed: int) -> Journal:
    """Return the unauthenticated calls, of which so many are missed and not marked yet."""
    calls, newest = requests.stored(tx, None), requests.last_unauthenticated(tx) + missed
    return Journal(calls, Gone(cleared=0, newest=newest, stored=[number for number, _ in calls], counts={}))


def _listed(journal: Journal, wanted: Filter) -> RequestList:
    """Return the newest calls that match, and how many others may; raise Unprocessable for a mark in the future."""
    refuse_future(journal, wanted)
    matching = [call for call in journal.calls if not misses(*call, wanted)]
    shown = {number for number, _ in journal.calls[-requests.KEPT :]}
    views = [request_view(*call) for call in matching if call[0] in shown]
    return RequestList(
        requests=views,
        gone=journal.gone.possible(kinds_of(wanted), wanted.since_id) + len(matching) - len(views),
        last_id=journal.last_id,
        cleared_to=journal.gone.cleared,
    )


def _writing(listed: RequestList) -> Steps[bytes]:
    calls = (view.model_dump() for view in listed.requests)
    return writing(listed.model_dump(exclude={"requests"}) | {"requests": calls})


def refuse_future(journal: Journal, wanted: Filter) -> None:
    """Raise Unprocessable for a `since_id` after the newest call: no call that was made could match."""
    if wanted.since_id is not None and wanted.since_id > journal.last_id:
        raise error_at("since_id", wanted.since_id, f"the newest call has the id {journal.last_id}")


def request_view(number: int, call: JournalEntry) -> RequestView:
    return RequestView(
        id=number,
        at=iso_or_none(call.at),
        module=call.module,
        action=call.action,
        vm=call.vm,
        fields=call.fields,
        unread=call.unread,
        result=call.result,
        reason=call.reason,
        fault=call.fault,
        status=call.status or None,
        answer=call.answer,
        task=call.task,
        duration_ms=call.duration_us / 1000,
        address=call.address,
        user_agent=call.user_agent,
        request_id=call.request_id,
        received_at=iso_or_none(call.received_at),
        in_query=call.in_query or [],
    )
