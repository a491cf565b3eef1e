"""An account's clock: read it, change it, move it forward."""

from itertools import takewhile
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from invapi_emulator.control.failures import already, failures
from invapi_emulator.control.large_bodies import JsonRoute
from invapi_emulator.control.views import ClockView, View, clock_view
from invapi_emulator.control.worlds import AccountContext, NameInPath, TheWorlds
from invapi_emulator.control_errors import Conflict, NotFound, Unprocessable
from invapi_emulator.domain.instants import LATEST, SECOND, Instant, iso, parse_iso
from invapi_emulator.domain.tasks import has_aged_out
from invapi_emulator.engine.tasks.settle import move_clock
from invapi_emulator.randomness import is_task_key
from invapi_emulator.storage import accounts, events, task_lists, tasks
from invapi_emulator.worlds.fields import ClockChange

TEN_YEARS = 10 * 365 * 86_400

_OTHER_TIMES: frozenset[events.EventKind] = frozenset({"clock_moved", "reset", "imported"})
"""The kinds of events of requests that change an account's time."""

_HAS_MOVED = (
    "the clock was {} and shows {}, due tasks take effect with the next request: do not send this one again"
)

router = APIRouter(
    route_class=JsonRoute, prefix="/_emulator/accounts/{name}/clock", tags=["clock"], responses=failures(404)
)


class Advance(BaseModel):
    """Send exactly one of `seconds` and `until`. `until` is `idle`, the key of a task, or a timestamp."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "oneOf": [
                {"required": ["seconds"], "properties": {"until": {"type": "null"}}},
                {"required": ["until"], "properties": {"seconds": {"type": "null"}}},
            ]
        },
    )

    seconds: Annotated[float, Field(ge=0, le=TEN_YEARS, strict=True, allow_inf_nan=False)] | None = None
    until: Annotated[str, Field(strict=True, max_length=100)] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Advance":
        if (self.seconds is None) == (self.until is None):
            raise ValueError('send exactly one of "seconds" and "until"')
        return self


class Advanced(View):
    now: str
    events: list[dict[str, Any]] = Field(
        description="events between the old and the new time, in order; the newest 10,000, if there were more"
    )
    complete: bool = Field(description="whether `events` has all of them")
    missing: int = Field(
        description="number of earlier events that `events` lacks, as they are no longer kept"
    )
    hanging: list[str] = Field(description="keys of tasks that will never fall due")


@router.get("")
async def show_clock(name: NameInPath, worlds: TheWorlds) -> ClockView:
    """Show the account's clock."""
    return await worlds.within(name, _shown)


@router.put("", responses=failures(422))
async def change_clock(name: NameInPath, change: ClockChange, worlds: TheWorlds) -> ClockView:
    """Change the mode, rate, polls or time. `now` can only move forward; tasks that fall due take effect."""

    def work(context: AccountContext) -> ClockView:
        if change.now is not None and change.now < context.now:
            raise Unprocessable("in_the_past", _in_the_past(change.now, context.now), "now")
        clock = context.account.clock.changed(context.unit.real_now, **change.model_dump())
        accounts.set_clock(context.unit, clock)
        events.record(
            context.unit, clock.base, "clock_moved",
            was=iso(context.now), now=iso(clock.base), mode=clock.mode, rate=clock.rate,
        )  # fmt: skip
        return _shown(context.present())

    shown = await worlds.within(name, work)
    with already(_HAS_MOVED.format("changed", shown.now)):
        await worlds.within(name, _shown)  # due tasks take effect; others may change the clock meanwhile
    return shown


@router.post("/advance", responses=failures(409, 422))
async def advance_clock(name: NameInPath, wanted: Advance, worlds: TheWorlds) -> Advanced:
    """Move the clock forward, in any mode. Respond once all tasks that fell due have taken effect."""

    def move(context: AccountContext) -> tuple[int, int, Instant]:
        move_clock(context.unit, _target(context, wanted))
        return context.account.id, events.last_number(context.unit), context.present().now

    account_id, moved, now = await worlds.within(name, move)
    with already(_HAS_MOVED.format("moved", iso(now))):
        return await worlds.within(name, lambda context: _advanced(context, moved, now), begun=account_id)


def _advanced(context: AccountContext, moved: int, now: Instant) -> Advanced:
    """Return the answer to the move to `now` that is the event number `moved`.

    Other requests may have moved the clock since. Each of them first let happen what was due by `now`, so what
    comes after its own event is not of this move. If they brought more events than are kept, nobody knows whose
    the missing ones are: `missing` counts them all.
    """
    kept = events.after(context.tx, context.account.id, moved)
    missing = (kept[0].number if kept else events.last_number(context.unit) + 1) - moved - 1
    happened = takewhile(lambda event: event.kind not in _OTHER_TIMES and event.at <= now, kept)
    return Advanced(
        complete=missing == 0,
        missing=missing,
        now=iso(now),
        events=[event.as_json() for event in happened],
        hanging=task_lists.hanging(context.tx, context.account),
    )


def _target(context: AccountContext, wanted: Advance) -> Instant:
    if wanted.seconds is not None:
        target, field = context.now + round(wanted.seconds * SECOND), "seconds"
    else:
        target, field = _until(context, str(wanted.until)), "until"
    if target > LATEST:
        raise Unprocessable("too_far", f"the clock cannot go beyond {iso(LATEST)}", field)
    return target


def _until(context: AccountContext, until: str) -> Instant:
    if until == "idle":
        return max(context.now, task_lists.last_due_at(context.tx, context.account) or 0)
    if is_task_key(until):
        return _end_of_task(context, until)
    try:
        target = parse_iso(until)
    except ValueError as problem:
        accepted = f'expected "idle", a task key (32 characters: lowercase ASCII letters and digits) or a timestamp; {problem}'
        raise Unprocessable("invalid", accepted, "until") from None
    if target < context.now:
        raise Unprocessable("in_the_past", _in_the_past(target, context.now), "until")
    return target


def _end_of_task(context: AccountContext, key: str) -> Instant:
    task = tasks.by_key(context.unit, key)
    if task is None or has_aged_out(task, context.now):
        raise NotFound("task_not_found", f"the account has no task {key!r}", "until")
    if task.state != "running":
        return context.now
    if task.due_at is None:
        raise Conflict("task_hangs", f"task {key} hangs and will never fall due", "until")
    return task.due_at


def _in_the_past(instant: Instant, now: Instant) -> str:
    return (
        f"{iso(instant)} is in the past: the account's clock shows {iso(now)}; to go back, reset the account"
    )


def _shown(context: AccountContext) -> ClockView:
    return clock_view(context.account, context.now)
