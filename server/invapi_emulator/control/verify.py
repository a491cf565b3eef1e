"""Verify how many calls match: exactly, or not at all."""

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from invapi_emulator.control.call_filter import Filter, kinds_of, misses
from invapi_emulator.control.failures import FailureView, failures
from invapi_emulator.control.large_answers import for_who_waits, selected
from invapi_emulator.control.large_bodies import JsonRoute, in_turns
from invapi_emulator.control.requests import (
    Journal,
    RequestView,
    has_many,
    journal_of,
    refuse_future,
    request_view,
)
from invapi_emulator.control.views import View
from invapi_emulator.control.worlds import NameInPath, TheWorlds
from invapi_emulator.control_errors import Conflict
from invapi_emulator.engine.action import (
    ACTIONS,
    NOT_EMULATED,
    NOT_EMULATED_MODULES,
    has_undocumented_actions,
    modules,
)
from invapi_emulator.engine.faults.match import ExpectedFields
from invapi_emulator.storage import requests
from invapi_emulator.storage.hidden_fields import MOST, KnownFields, Told
from invapi_emulator.storage.requests import JournalEntry
from invapi_emulator.suggestions import did_you_mean
from invapi_emulator.worlds.json_text import writing
from invapi_emulator.worlds.steps import Steps

router = APIRouter(route_class=JsonRoute, prefix="/_emulator", tags=["journal"])

NEAREST = 5
_AT_A_TIME = 50
"""Number of calls that are compared in a step."""

ExpectedCount = Annotated[int, Field(ge=0, strict=True)]


def _known_module(module: str) -> str:
    known = sorted({*modules(), *NOT_EMULATED_MODULES})
    if module not in known:
        raise ValueError(f"there is no such module; there are {', '.join(known)}")
    return module


class Expectation(Filter):
    """Calls and their expected number: either `count`, or `at_least`, `at_most` or both."""

    module: Annotated[str, AfterValidator(_known_module)] | None = None
    action: Annotated[str, Field(max_length=requests.LONGEST_NAME - 1, pattern=r"^[^\x00]*$")] | None = None
    fields: ExpectedFields = Field(default={})
    count: ExpectedCount | None = None
    at_least: ExpectedCount | None = None
    at_most: ExpectedCount | None = None

    @field_validator("action")
    @classmethod
    def _known_action(cls, action: str | None, info: ValidationInfo) -> str | None:
        """Refuse an unknown action. Otherwise a misspelt name would always pass as "never called"."""
        if has_undocumented_actions(info.data.get("module")):
            return action
        known = {name for _, name in ACTIONS} | {name for names in NOT_EMULATED.values() for name in names}
        if action is not None and action not in known:
            raise ValueError(
                f"unknown action (known: {', '.join(sorted(known))}){did_you_mean(action, known)}"
            )
        return action

    @field_validator("at_most")
    @classmethod
    def _not_below_at_least(cls, most: int | None, info: ValidationInfo) -> int | None:
        least = info.data.get("at_least")
        if least is not None and most is not None and least > most:
            raise ValueError(f"no number is at least {least} and at most {most}")
        return most

    @model_validator(mode="after")
    def _says_how_many(self) -> "Expectation":
        if (self.count is None) == (self.at_least is None and self.at_most is None):
            raise ValueError("send either `count`, or `at_least`, `at_most` or both")
        return self

    def is_met_by(self, matched: int) -> bool:
        if self.count is not None:
            return matched == self.count
        return (self.at_least or 0) <= matched and (self.at_most is None or matched <= self.at_most)

    @property
    def needs_calls(self) -> bool:
        """Whether counts by module, action and result do not suffice."""
        others = (self.id, self.reason, self.since, self.until)
        return bool(self.fields) or any(part is not None for part in others)

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
    seen: list[RequestView] = Field(description="the calls that match and are still kept")
    nearest: list[NearMiss] = Field(description="the calls that differ in the fewest parts")


@router.post(
    "/accounts/{name}/requests/verify",
    responses={
        417: {"model": NotAsExpected, "description": "another number of calls matched"},
        **failures(404, 409, 422),
    },
)
async def verify(request: Request, name: NameInPath, expected: Expectation, worlds: TheWorlds) -> Verified:
    """Verify the number of matching calls. Otherwise answer 417, with the matches and the nearest misses."""

    async def answer() -> Response:
        async with selected(worlds, name, journal_of, has_many) as journal:
            refuse_future(journal, expected)
            text, status = await in_turns(_verified(journal, expected))
            return worlds.turns.answer(text, status)

    return await for_who_waits(request, answer())  # type: ignore[return-value] # FastAPI describes the model


def _verified(journal: Journal, expected: Expectation) -> Steps[tuple[bytes, int]]:
    """Return the answer and its status."""
    compared = yield from _compared(journal, expected)
    seen = [each for each in compared if not each.missed]
    _refuse_unclear(seen, expected)
    matched = len(seen) + _counted(journal, expected)
    if expected.is_met_by(matched):
        return Verified(matched=matched).model_dump_json().encode(), 200
    others = sorted((each for each in compared if each.missed), key=lambda each: each.missed)
    nearest = [
        {"differs_in": _differences(each, expected), "request": _shown(each)} for each in others[:NEAREST]
    ]
    message = f"{matched} calls match, expected {expected.wanted()}"
    body = {
        "error": {"reason": "not_as_expected", "message": message, "field": None},
        "matched": matched,
        "seen": (_shown(each) for each in seen),
        "nearest": nearest,
    }
    return (yield from writing(body)), 417


def _counted(journal: Journal, expected: Expectation) -> int:
    """Return the number of calls that match and are no longer kept; raise Conflict if it is unknown."""
    kinds, gone = kinds_of(expected), journal.gone
    possible = gone.possible(kinds, expected.since_id)
    if possible and (expected.needs_calls or not gone.is_exact(kinds, expected.since_id)):
        raise Conflict(
            "journal_incomplete",
            f"{possible} calls that are no longer kept may match: the journal has the newest {len(gone.stored):,}, but none that "
            "it could not write; of older ones it knows how many there were of each module, action and result. Verify by module, action and result "
            "together, or "
            "clear the journal (DELETE …/requests) before the calls in question, or send as since_id an id that is "
            f"at least {gone.last}",
        )
    return possible


class _Compared(NamedTuple):
    """A call, how its fields compare, and the number of parts and fields in which it differs.

    A field that cannot be compared is none of them.
    """

    number: int
    call: JournalEntry
    told: Told
    missed: int


def _compared(journal: Journal, expected: Expectation) -> Steps[list[_Compared]]:
    fields, compared = KnownFields(expected.fields), list[_Compared]()
    for number, call in journal.calls:
        told = fields.compared(call)
        missed = len(misses(number, call, expected)) + told.unequal(len(fields))
        compared.append(_Compared(number, call, told, missed))
        if len(compared) % _AT_A_TIME == 0:
            yield
    return compared


def _differences(compared: _Compared, expected: Expectation) -> list[str]:
    fields = [name for name in expected.fields if compared.told.of(name) is False]
    return misses(compared.number, compared.call, expected) + fields


def _shown(compared: _Compared) -> dict[str, Any]:
    return request_view(compared.number, compared.call).model_dump()


def _refuse_unclear(seen: list[_Compared], expected: Expectation) -> None:
    """Raise Conflict if a field of a call that else matches is hidden, and cannot be compared any more."""
    unclear = [each for each in seen if each.told.unclear(len(expected.fields))]
    if unclear:
        name = next(name for name in expected.fields if unclear[0].told.of(name) is None)
        raise Conflict(
            "journal_incomplete",
            f"{len(unclear)} calls may match, the first with id {unclear[0].number}: its field {name!r} is "
            "masked, cut or left out in the journal, and can be compared only by the server that answered the call, until "
            f"it restarts, among at most {MOST} such fields of a call. Verify without this field, or clear the journal "
            "(DELETE …/requests) before the calls in question",
            f"fields.{name}",
        )
