"""Types of parameters. A client that sends something else reads the type's description."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from invapi_emulator.domain.snapshots import DEFAULT_TYPE

MAX_ID = 2**63 - 1


def whole_number(text: Any) -> int:
    """Read ASCII digits. A number beyond every limit becomes one that no field accepts."""
    if not isinstance(text, str) or not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    significant = text.lstrip("0") or "0"
    return MAX_ID + 1 if len(significant) > len(str(MAX_ID)) else int(significant)


def _one_or_zero(text: Any) -> bool:
    if text not in {"0", "1"}:
        raise ValueError(text)
    return bool(text == "1")


def _names(value: Any) -> Any:
    """Read `exclude_rotation[]=` alone as an empty list (contract 4.9)."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueError(value)  # noqa: TRY004 - pydantic reads ValueError as "this is invalid"
    return () if tuple(value) == ("",) else value


VmId = Annotated[
    int, BeforeValidator(whole_number), Field(ge=1, le=MAX_ID, description="ASCII digits, 1 to 2^63-1")
]
SnapshotName = Annotated[
    str,
    StringConstraints(pattern=r"\A[a-zA-Z0-9_.-]{1,100}\z"),
    Field(description="1 to 100 characters of a-zA-Z0-9_-."),
]
SnapshotType = Annotated[
    str,
    StringConstraints(pattern=r"\A[a-zA-Z0-9_.-]{1,32}\z"),
    Field(description="1 to 32 characters of a-zA-Z0-9_-."),
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
    Field(description="an array of snapshot names, each 1 to 100 characters of a-zA-Z0-9_-."),
]
Switch = Annotated[bool, BeforeValidator(_one_or_zero), Field(description="1 or 0")]
Ttl = Annotated[
    int,
    BeforeValidator(whole_number),
    Field(ge=1, le=31_536_000, description="seconds, ASCII digits, 1 to 31536000"),
]
Secret = Annotated[
    str,
    StringConstraints(pattern=r"\A[^\x00-\x1f\x7f]{1,200}\z"),
    Field(description="1 to 200 characters, none of them a control character"),
]
CallbackKey = Annotated[
    str, Field(description="the key that the call which started the task answered as callback")
]


class Parameters(BaseModel):
    """Parameters of an action. Unknown fields are ignored, as the vendor's API does."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class NoParameters(Parameters):
    """An action without parameters, or without any that it reads."""


class OfVm(Parameters):
    id: VmId


class OfSnapshots(OfVm):
    """`type` names a separate list of the VM's snapshots."""

    type: SnapshotType = DEFAULT_TYPE


class OfSnapshot(OfSnapshots):
    name: SnapshotName


class OfExistingSnapshot(OfSnapshot):
    openstack_id: ImageId | None = None
