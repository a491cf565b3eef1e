"""Types of parameters. A client that sends something else reads the type's description."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from invapi_emulator.domain.account_keys import NotifyMethod, checked_addresses
from invapi_emulator.domain.snapshots import DEFAULT_TYPE
from invapi_emulator.engine.call import is_index

MAX_ID = 2**63 - 1

MAX_IDS = 1_000
"""Maximum number of ids in a list. What is longer is refused before one is read."""


def whole_number(text: Any) -> int:
    """Read ASCII digits. A number beyond every limit becomes one that no field accepts."""
    if not isinstance(text, str) or not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    significant = text.lstrip("0") or "0"
    return MAX_ID + 1 if len(significant) > len(str(MAX_ID)) else int(significant)


def _numbers(text: Any) -> Any:
    """Read ids separated by commas, each once."""
    if not isinstance(text, str) or text.count(",") >= MAX_IDS:
        raise ValueError(text)
    numbers = tuple(dict.fromkeys(whole_number(part.strip()) for part in text.split(",")))
    if not all(1 <= number <= MAX_ID for number in numbers):
        raise ValueError(text)
    return numbers


def _one_or_zero(text: Any) -> bool:
    if text not in ("0", "1"):
        raise ValueError(text)
    return bool(text == "1")


def _names(value: Any) -> Any:
    """Read `exclude_rotation[]=` alone as an empty list (contract 4.9)."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueError(value)  # noqa: TRY004 - pydantic reads ValueError as "this is invalid"
    return () if tuple(value) == ("",) else value


SSH_KEY = r"\A[A-Za-z0-9@.-]{1,64} [A-Za-z0-9+/]{1,16000}={0,3}( [^\x00-\x1f\x7f]{0,1000})?\z"
"""A public key as OpenSSH writes it. Its content is not judged (contract 10.1)."""
SSH_KEY_FORM = "a public key as `type base64 comment` with at most 64, 16000 and 1000 characters; the comment may be missing"

HOSTNAME = r"\A[a-zA-Z0-9]([a-zA-Z0-9._-]{0,251}[a-zA-Z0-9])?\z"

MAX_ADDRESSES = 1_000
"""Maximum length of a list of addresses."""

VmId = Annotated[
    int, BeforeValidator(whole_number), Field(ge=1, le=MAX_ID, description="ASCII digits, 1 to 2^63-1")
]
SnapshotName = Annotated[
    str,
    StringConstraints(pattern=r"\A[a-zA-Z0-9_.-]{1,100}\z"),
    Field(description="1 to 100 characters: ASCII letters, digits, `_`, `-` and `.`"),
]
SnapshotType = Annotated[
    str,
    StringConstraints(pattern=r"\A[a-zA-Z0-9_.-]{1,32}\z"),
    Field(description="1 to 32 characters: ASCII letters, digits, `_`, `-` and `.`"),
]
ImageId = Annotated[
    str,
    StringConstraints(pattern=r"\A[!-~]{1,100}\z"),
    Field(description="the UUID of the snapshot's image, openstack_image_id in the list"),
]
Names = Annotated[
    tuple[SnapshotName, ...],
    BeforeValidator(_names),
    AfterValidator(lambda names: tuple(dict.fromkeys(names))),
    Field(
        description="an array of snapshot names, each 1 to 100 characters: ASCII letters, digits, `_`, `-` and `.`"
    ),
]
VmIds = Annotated[
    tuple[int, ...],
    BeforeValidator(_numbers),
    Field(
        min_length=1,
        max_length=MAX_IDS,
        json_schema_extra={"type": "string"},
        description="1 to 1000 ids, each 1 to 2^63-1, separated by commas",
    ),
]
Hostname = Annotated[
    str,
    StringConstraints(pattern=HOSTNAME),
    Field(
        description="a host name: 1 to 253 characters: ASCII letters, digits, `.`, `_` and `-`, the first and the last a letter or a digit"
    ),
]
Name = Annotated[
    str,
    StringConstraints(pattern=r"\A[^\x00-\x1f\x7f]{1,200}\z"),
    Field(description="1 to 200 characters, none of them a control character"),
]
PublicKey = Annotated[
    str,
    StringConstraints(pattern=SSH_KEY),
    Field(description=SSH_KEY_FORM),
]
Addresses = Annotated[
    str,
    Field(max_length=MAX_ADDRESSES),
    AfterValidator(checked_addresses),
    Field(
        description="IP addresses and networks, separated by commas; empty for all",
        examples=["10.0.0.2, 10.4.6.0/24"],
    ),
]
NotifyWord = Annotated[NotifyMethod, Field(description="none, email or webhook")]
NotifyAddress = Annotated[
    str,
    StringConstraints(pattern=r"\A[^\x00-\x1f\x7f]{0,200}\z"),
    Field(description="at most 200 characters, none of them a control character"),
]
Component = Annotated[Literal["eq"], Field(description="eq")]
Switch = Annotated[bool, BeforeValidator(_one_or_zero), Field(description="1 or 0")]
Ttl = Annotated[
    int,
    BeforeValidator(whole_number),
    Field(ge=1, le=31_536_000, description="seconds, ASCII digits, 1 to 31536000"),
]
Words = Annotated[
    str,
    StringConstraints(pattern=r"\A[^\x00-\x1f\x7f]{1,200}\z"),
    Field(description="1 to 200 characters, none of them a control character"),
]
Secret = Words
ApiKey = Annotated[str, Field(description="1 to 128 printable ASCII characters")]
"""A key of another form is refused as such, not as a parameter (contract 5.1)."""

CallbackKey = Annotated[
    str, Field(description="the key that the call which started the task answered as callback")
]


class Parameters(BaseModel):
    """Parameters of an action. Unknown fields are ignored, as the vendor's API does."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    @classmethod
    def words_for(cls, _errors: "Sequence[ErrorDetails]") -> str | None:
        """Return the vendor's own words for these errors, or None if there are none."""
        return None


class NoParameters(Parameters):
    """An action without parameters, or without any that it reads."""


class Named(Parameters):
    """A map as a parameter, with these fields: `params[name]=a`, `params[content][]=a` for a list in it (contract 1.3)."""

    @model_validator(mode="before")
    @classmethod
    def _one_level(cls, given: Any) -> Any:
        if not isinstance(given, dict) or any(map(is_index, given)):
            raise ValueError(given)
        values = (
            item for value in given.values() for item in (value if isinstance(value, tuple) else [value])
        )
        if not all(isinstance(value, str) for value in values):
            raise ValueError(given)
        return given


def named_in(field: FieldInfo) -> type[Named] | None:
    """Return the model of a parameter that is a map, also of an optional one."""
    options = get_args(field.annotation) or (field.annotation,)
    return next(
        (option for option in options if isinstance(option, type) and issubclass(option, Named)), None
    )


class OfVm(Parameters):
    id: VmId


class OfSnapshots(OfVm):
    """`type` names a separate list of the VM's snapshots."""

    type: SnapshotType = DEFAULT_TYPE


class OfSnapshot(OfSnapshots):
    name: SnapshotName


class OfExistingSnapshot(OfSnapshot):
    openstack_id: ImageId | None = None
