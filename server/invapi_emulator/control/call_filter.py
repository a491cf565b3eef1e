"""Which calls of the journal a filter matches."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from invapi_emulator.engine.action import ACTIONS, is_documented
from invapi_emulator.errors import reasons
from invapi_emulator.storage.pruned import Kinds
from invapi_emulator.storage.requests import JournalEntry
from invapi_emulator.suggestions import did_you_mean
from invapi_emulator.whole_numbers import whole_number
from invapi_emulator.worlds.fields import Timestamp


class Filter(BaseModel):
    """Calls to look for. An omitted field matches any value. `id` is the id of a VM."""

    model_config = ConfigDict(extra="forbid")

    module: str | None = None
    action: str | None = None
    id: Annotated[int, Field(strict=True)] | None = None
    result: Literal["ok", "refused"] | None = None
    reason: str | None = None
    since: Timestamp | None = None
    until: Timestamp | None = None
    since_id: Annotated[int, Field(strict=True, ge=0)] | None = Field(
        None, description="only calls after the one with this id"
    )

    @field_validator("until")
    @classmethod
    def _not_before_since(cls, until: int | None, info: ValidationInfo) -> int | None:
        since = info.data.get("since")
        if since is not None and until is not None and since > until:
            raise ValueError("no call can match: it is before `since`")
        return until

    @field_validator("reason")
    @classmethod
    def _possible_reason(cls, reason: str | None, info: ValidationInfo) -> str | None:
        """Refuse a reason that no call can have. Unknown actions and modules can be called, and are in the journal."""
        if reason is not None and reason not in reasons():
            raise ValueError(
                f"unknown reason (known: {', '.join(reasons())}){did_you_mean(reason, reasons())}"
            )
        if reason is not None and info.data.get("result") == "ok":
            raise ValueError("no call can match: only refused calls have a reason, and `result` is `ok`")
        return reason


class FilterInQuery(Filter):
    """A filter whose numbers are in words."""

    id: Annotated[int, BeforeValidator(whole_number)] | None = None
    since_id: Annotated[int, BeforeValidator(whole_number)] | None = Field(
        None, description="only calls after the one with this id"
    )


def kinds_of(wanted: Filter) -> Kinds:
    """Return the kinds of the calls that a filter matches, as those that are gone are counted.

    Those of a reason are refused. Calls to unknown modules are counted together.
    """
    module = wanted.module if wanted.module is None or is_documented(wanted.module) else ""
    result = wanted.result or (None if wanted.reason is None else "refused")
    return Kinds(module, wanted.action, result, ACTIONS)


def misses(number: int, call: JournalEntry, wanted: Filter) -> list[str]:
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
    if wanted.since_id is not None and number <= wanted.since_id:
        missed.append("since_id")
    return missed
