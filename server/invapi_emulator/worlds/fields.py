"""Types of fields in worlds and in the bodies of the control API."""

import json
from collections.abc import Collection, Iterable
from ipaddress import ip_address
from itertools import islice
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)

from invapi_emulator.actions.parameters import MAX_ADDRESSES, MAX_ID, SSH_KEY, SSH_KEY_FORM
from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.domain.account_keys import checked_addresses
from invapi_emulator.domain.callback_urls import LONGEST, checked_callback_url
from invapi_emulator.domain.clocks import MAX_POLLS, MAX_RATE, ClockMode
from invapi_emulator.domain.instants import EARLIEST, Instant, parse_iso
from invapi_emulator.domain.virtual_machines import Power
from invapi_emulator.whole_numbers import MAX_NUMBER

K = TypeVar("K")
V = TypeVar("V")

MAX_WORLD_PARTS = 15_000
"""Maximum number of all PARTS of a world together, as it is stored in one step."""

MAX_POWER_CHANGES = 150_000
"""Maximum number of changes of power of a world together. Each is read into half a kilobyte and more."""

MAX_STAGES = 150_000
"""Maximum number of stages of a world's tasks together. Each is read into as much."""

MAX_TEXT = 1024 * 1024
MAX_DEPTH = 32
"""Number of levels of a task's context, and below of its values: ten times what a call can send."""
MAX_VALUES = 10_000


_AT_A_TIME = 100
"""Number of entries of an object that are validated before their mistakes are looked at."""


def in_slices(given: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Validate an object slice by slice, so that the mistakes of the first are not joined by those of the others.

    Each mistake costs a kilobyte. For lists pydantic has `fail_fast`, for objects nothing. One with too many names
    is refused before one is read.
    """
    if isinstance(given, dict) and len(given) > MAX_WORLD_PARTS:
        raise ValueError(f"{len(given)} entries: at most {MAX_WORLD_PARTS} are allowed")
    if not isinstance(given, dict) or len(given) <= _AT_A_TIME:
        return validate(given)
    entries, read = iter(given.items()), dict[Any, Any]()
    while part := dict(islice(entries, _AT_A_TIME)):
        read |= validate(part)
    return read


def with_one_unknown(given: Any, known: Collection[str]) -> Any:
    """Return an object without its unknown fields but for the first, which is enough to refuse it."""
    if not isinstance(given, dict):
        return given
    unknown = next((name for name in given if name not in known), None)
    return given if unknown is None else {name: given[name] for name in (*known, unknown) if name in given}


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _one_unknown(cls, given: Any) -> Any:
        return with_one_unknown(given, cls.model_fields)


def _instant(value: Any, earliest: Instant) -> Any:
    """Read a timestamp. Pydantic reports the ValueError of `parse_iso`."""
    if not isinstance(value, str):
        raise ValueError("expected a timestamp in ISO 8601")  # noqa: TRY004 - pydantic reports only ValueError
    return parse_iso(value, earliest)


def _unquoted_switch(value: Any) -> Any:
    """Read the booleans that YAML 1.1 makes of an unquoted on and off as words."""
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else value


def _address(text: str) -> str:
    try:
        ip_address(text)
    except ValueError:
        raise ValueError("expected an IPv4 or IPv6 address") from None
    return text


def _form_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """Accept what a form can hold: strings, arrays of strings, and numbers for the id of a VM."""
    try:
        sane = _is_of_a_form(fields)
        if sane:
            json.dumps(fields, ensure_ascii=False).encode()
    except ValueError:
        sane = False
    if not sane:
        raise ValueError("expected an object of strings and arrays of strings, as in a form")
    return fields


def _is_of_a_form(fields: dict[str, Any]) -> bool:
    """Tell whether a value has only what a form can hold, level by level, and not too much of it."""
    level: list[Any] = [fields]
    left = MAX_VALUES
    for _ in range(MAX_DEPTH):
        level = [item for value in level for item in _items(value)]
        left -= len(level)
        if left < 0 or not all(_fits_a_form(item) for item in level):
            return False
    return not any(isinstance(item, dict | list) for item in level)


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _fits_a_form(value: Any) -> bool:
    return isinstance(value, str | dict | list) or (isinstance(value, int) and abs(value) <= MAX_ID)


ACCEPTED: dict[str, str] = {}
"""Description of each pattern, for error messages."""


def _text(pattern: str, accepted: str) -> Any:
    ACCEPTED[pattern] = accepted
    return Field(pattern=pattern, strict=True)


Several = Annotated[tuple[V, ...], Field(fail_fast=True)]
"""A list that is read up to its first mistake."""

Entries = Annotated[dict[K, V], WrapValidator(in_slices)]
"""An object with any names, which is read up to its first mistakes."""

_TIMESTAMP = WithJsonSchema(
    {"type": "string", "format": "date-time", "description": "ISO 8601; UTC if it has no offset"}
)
Timestamp = Annotated[int, BeforeValidator(lambda value: _instant(value, 0)), _TIMESTAMP]
PastTimestamp = Annotated[int, BeforeValidator(lambda value: _instant(value, EARLIEST)), _TIMESTAMP]
"""A time in the past. It may be before 1970, as a clock can start there."""

Url = Annotated[str, Field(max_length=LONGEST, strict=True), AfterValidator(checked_callback_url)]
"""A URL that is called after an installation."""

Number = Annotated[int, Field(ge=0, le=MAX_NUMBER, strict=True)]
PositiveInt = Annotated[int, Field(ge=1, le=MAX_NUMBER, strict=True)]
Seconds = Annotated[int, Field(ge=0, le=100 * 365 * 86_400, strict=True)]
"""A length of time of up to 100 years."""

Gigabytes = Annotated[float, Field(ge=0, le=100_000, strict=True, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, lt=2**63, strict=True)]
Name = Annotated[
    str, _text(r"\A[a-zA-Z0-9_.-]{1,100}\z", "1 to 100 characters: ASCII letters, digits, `_`, `-` and `.`")
]
Type = Annotated[
    str, _text(r"\A[a-zA-Z0-9_.-]{1,32}\z", "1 to 32 characters: ASCII letters, digits, `_`, `-` and `.`")
]
Text = Annotated[str, _text(r"\A[^\x00-\x1f\x7f]{1,200}\z", "1 to 200 characters without control characters")]
Words = Annotated[
    str, _text(r"\A[^\x00-\x1f\x7f]{0,1000}\z", "0 to 1000 characters without control characters")
]
Location = Annotated[
    str, _text(r"\A[a-zA-Z0-9_-]{1,16}\z", "1 to 16 characters: ASCII letters, digits, `_` and `-`")
]
Price = Annotated[
    str, _text(r"\A(0|[1-9][0-9]{0,7})\.[0-9]{2}\z", 'a price with two places, as text: "4.00"')
]
Hostname = Annotated[
    str, _text(r"\A[^\x00-\x1f\x7f]{1,256}\z", "1 to 256 characters without control characters")
]
TagValue = Annotated[
    str, _text(r"\A[^\x00-\x1f\x7f]{0,256}\z", "at most 256 characters without control characters")
]
PublicKey = Annotated[str, _text(SSH_KEY, SSH_KEY_FORM)]
Description = Annotated[
    str, _text(r"\A[^\x00-\x1f\x7f]{1,500}\z", "1 to 500 characters without control characters")
]
"""What an invoice is for. The emulator writes the names of a preset and of a server into it, and neither is cut."""

AnyText = Annotated[str, _text(r"\A[^\x00]*\z", "text without NUL")]
"""For what the emulator writes itself, such as a list of 10,000 snapshots. The body bounds it."""

LongText = Annotated[str, _text(r"\A[^\x00]*\z", "text without NUL"), Field(max_length=MAX_TEXT)]
Addresses = Annotated[str, Field(max_length=MAX_ADDRESSES), AfterValidator(checked_addresses)]
AccountName = Annotated[
    str, _text(r"\A[a-z0-9-]{1,64}\z", "1 to 64 characters: lowercase ASCII letters, digits and `-`")
]
Fingerprint = Annotated[str, _text(r"\A[0-9a-f]{16}\z", "16 lowercase hexadecimal digits")]
Uuid = Annotated[str, _text(r"\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z", "a lowercase UUID")]
IpAddress = Annotated[
    str, _text(r"\A[0-9a-fA-F.:]{2,45}\z", "an IPv4 or IPv6 address"), AfterValidator(_address)
]
MacAddress = Annotated[
    str,
    _text(
        r"\A[0-9a-f]{2}(:[0-9a-f]{2}){5}\z", "six pairs of lowercase hexadecimal digits, separated by colons"
    ),
]
TaskKeySpec = Annotated[str, _text(r"\A[a-z0-9]{32}\z", "32 characters: lowercase ASCII letters and digits")]
PowerWord = Annotated[Power, BeforeValidator(_unquoted_switch, json_schema_input_type=Power | bool)]
ActionName = Annotated[Text, BeforeValidator(_unquoted_switch, json_schema_input_type=Text | bool)]
FormFields = Annotated[dict[str, Any], AfterValidator(_form_fields)]


class ClockChange(Part):
    """Changes of a clock. A bare word means `{"mode": word}`; omitted fields do not change."""

    mode: ClockMode | None = None
    rate: Annotated[float, Field(gt=0, le=MAX_RATE, strict=True, allow_inf_nan=False)] | None = None
    polls: Annotated[int, Field(ge=0, le=MAX_POLLS, strict=True)] | None = None
    now: Timestamp | None = None

    @model_validator(mode="before")
    @classmethod
    def _word(cls, value: Any) -> Any:
        return {"mode": value} if isinstance(value, str) else value


def _quoted(option: Any) -> Any:
    """Accept strings only. YAML's unquoted true and 200 are not, and the intended word is unclear."""
    if not isinstance(option, str):
        raise ValueError("expected a string; in YAML, quote numbers, true and false")  # noqa: TRY004 - as above
    return option


def _options(asked: dict[str, str]) -> dict[str, str]:
    """Check ids and options. Return the options as they were written."""
    Assumed().changed(asked)
    return asked


def _hundred(asked: Any) -> Any:
    """Cut an object that is too long, which is enough to refuse it."""
    return dict(islice(asked.items(), 101)) if isinstance(asked, dict) else asked


Assume = Annotated[
    dict[str, Annotated[str, BeforeValidator(_quoted)]],
    AfterValidator(_options),
    Field(max_length=100, examples=[{"A-12": "no"}]),
    BeforeValidator(_hundred),
]
"""Options by id of the assumption (docs/reference/assumptions.md): `yes`, `no`, or an option's name."""
