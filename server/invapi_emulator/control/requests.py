"""The journal: what clients sent, what the emulator answered, and why."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from invapi_emulator.control.failures import FailureView, failures
from invapi_emulator.control.views import View
from invapi_emulator.control.worlds import NameInPath, TheWorlds, Worlds
from invapi_emulator.domain.instants import iso_or_none
from invapi_emulator.engine.action import ACTIONS, NOT_EMULATED
from invapi_emulator.engine.faults.match import FieldName, FieldValue, ModuleName
from invapi_emulator.storage import requests
from invapi_emulator.storage.requests import JournalEntry
from invapi_emulator.worlds.fields import Timestamp

router = APIRouter(prefix="/_emulator", tags=["journal"])

NEAREST = 5
ExpectedCount = Annotated[int, Field(ge=0, strict=True)]


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
    fault: str | None = Field(description="kinds of the fault rules that fired, separated by commas")
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
    in_query: list[str] = Field(description="names of the fields sent in the query string")


class RequestList(View):
    requests: list[RequestView] = Field(description="in the order in which they were answered")


class Filter(BaseModel):
    """Calls to look for. An omitted field matches any value. `id` is the id of a VM."""

    model_config = ConfigDict(extra="forbid")

    module: str | None = None
    action: str | None = None
    id: int | None = None
    result: Literal["ok", "refused"] | None = None
    reason: str | None = None
    since: Timestamp | None = None
    until: Timestamp | None = None


class Expectation(Filter):
    """Calls and their expected number: either `count`, or `at_least`, `at_most` or both."""

    module: ModuleName | None = None
    fields: dict[FieldName, FieldValue] = {}
    count: ExpectedCount | None = None
    at_least: ExpectedCount | None = None
    at_most: ExpectedCount | None = None

    @field_validator("action")
    @classmethod
    def _known_action(cls, action: str | None) -> str | None:
        """Refuse an unknown action. Otherwise a misspelt name would always pass as "never called"."""
        known = {name for _, name in ACTIONS} | {name for names in NOT_EMULATED.values() for name in names}
        if action is not None and action not in known:
            raise ValueError(f"unknown action (known: {', '.join(sorted(known))})")
        return action

    @model_validator(mode="after")
    def _says_how_many(self) -> "Expectation":
        if (self.count is None) == (self.at_least is None and self.at_most is None):
            raise ValueError("send either `count`, or `at_least`, `at_most` or both")
        return self

    def is_met_by(self, matched: int) -> bool:
        if self.count is not None:
            return matched == self.count
        return (self.at_least or 0) <= matched and (self.at_most is None or matched <= self.at_most)

    def wanted(self) -> str:
        if self.count is not None:
            return str(self.count)
        bounds = (("at least", self.at_least), ("at most", self.at_most))
        return " and ".join(f"{word} {bound}" for word, bound in bounds if bound is not None)


class Verified(View):
    matched: int


class NearMiss(View):
    differs_in: list[str]
    request: RequestView


class NotAsExpected(FailureView):
    matched: int
    seen: list[RequestView] = Field(description="the calls that match")
    nearest: list[NearMiss] = Field(description="the calls that differ in the fewest parts")


@router.get("/accounts/{name}/requests", responses=failures(404, 422))
async def list_requests(
    name: NameInPath, worlds: TheWorlds, wanted: Annotated[Filter, Query()]
) -> RequestList:
    """Show those of the account's newest 1,000 calls that match the filter; all of them without one."""
    return _listed(await _calls_of(worlds, name), wanted)


@router.get(
    "/requests",
    responses=failures(422),
    operation_id="list_strangers__emulator_requests_get",  # generated clients have this name
)
async def list_unauthenticated(worlds: TheWorlds, wanted: Annotated[Filter, Query()]) -> RequestList:
    """Show the newest 1,000 unauthenticated requests: a bad token, an unknown key or an unknown module."""

    def read() -> list[tuple[int, JournalEntry]]:
        with worlds.database.read() as tx:
            return requests.newest(tx, None)

    return _listed(await worlds.database.call(read), wanted)


@router.post(
    "/accounts/{name}/requests/verify",
    responses={
        417: {"model": NotAsExpected, "description": "another number of calls matched"},
        **failures(404, 422),
    },
)
async def verify(name: NameInPath, expected: Expectation, worlds: TheWorlds) -> Verified:
    """Verify the number of matching calls. Otherwise answer 417, with the matches and the nearest misses."""
    calls = await _calls_of(worlds, name)
    matched = [call for call in calls if not _misses(call[1], expected)]
    if expected.is_met_by(len(matched)):
        return Verified(matched=len(matched))
    others = sorted(
        (call for call in calls if _misses(call[1], expected)),
        key=lambda call: len(_misses(call[1], expected)),
    )
    nearest = [
        {"differs_in": _misses(request, expected), "request": request_view(number, request).model_dump()}
        for number, request in others[:NEAREST]
    ]
    message = f"{len(matched)} calls match, expected {expected.wanted()}"
    body = {
        "error": {"reason": "not_as_expected", "message": message, "field": None},
        "matched": len(matched),
        "seen": [request_view(*call).model_dump() for call in matched],
        "nearest": nearest,
    }
    return JSONResponse(body, 417)  # type: ignore[return-value]


async def _calls_of(worlds: Worlds, name: str) -> list[tuple[int, JournalEntry]]:
    return await worlds.within(name, lambda context: requests.newest(context.tx, context.account.id))


def _listed(calls: Sequence[tuple[int, JournalEntry]], wanted: Filter) -> RequestList:
    return RequestList(requests=[request_view(*call) for call in calls if not _misses(call[1], wanted)])


def _misses(call: JournalEntry, wanted: Filter) -> list[str]:
    """Return the names of the parts in which a call differs from the filter."""
    actual = {
        "module": call.module,
        "action": call.action,
        "id": call.vm,
        "result": call.result,
        "reason": call.reason,
    }
    missed = [
        part
        for part, value in actual.items()
        if getattr(wanted, part) is not None and getattr(wanted, part) != value
    ]
    if wanted.since is not None and (call.at is None or call.at < wanted.since):
        missed.append("since")
    if wanted.until is not None and (call.at is None or call.at > wanted.until):
        missed.append("until")
    if isinstance(wanted, Expectation):
        missed += [name for name, value in wanted.fields.items() if _sent(call, name) != value]
    return missed


def _sent(call: JournalEntry, name: str) -> Any:
    value = call.fields.get(name)
    return tuple(value) if isinstance(value, list) else value


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
