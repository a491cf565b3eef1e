"""What `vm.php` answers (contract 4)."""

from typing import Annotated, Literal

from pydantic import Field

from invapi_emulator.openapi.answers.answer import (
    KEY,
    Answer,
    IsoDate,
    Part,
    Refused,
    Started,
    Uuid,
    WireDate,
    invalid_token,
    started,
)


class SnapshotRow(Part):
    name: str
    snapshot_id: Annotated[str, Field(pattern="^[0-9]+$")]
    date: WireDate
    """UTC, when the task ended"""
    created_at: IsoDate
    """the same"""
    type: str
    status: Literal["available", "error"]
    size: Annotated[int, Field(ge=0)]
    """bytes"""
    total_size: Annotated[int, Field(ge=0)]
    """the same"""
    openstack_image_id: Uuid


class RotationSettings(Part):
    num_max: Annotated[int, Field(ge=1)]
    """so many snapshots of a type a VM may have"""
    enable_rotation: Literal[0, 1]
    exclude_rotation: list[str]
    """names that rotation leaves alone"""


class Listed(Started):
    """The list as it is at the call; the check of `callback` answers it as it is when the task ends (4.7)."""

    settings: RotationSettings
    snapshots: list[SnapshotRow]
    """oldest first"""


class Settings(Part):
    settings: RotationSettings


class Engines(Part):
    engines: list[Literal["openstack", "ovirt"]]


_SETTINGS = {"num_max": 4, "enable_rotation": 0, "exclude_rotation": []}
_ROW = {
    "name": "before-release",
    "snapshot_id": "2",
    "date": "2029-12-30 00:00:00",
    "created_at": "2029-12-30T00:00:00Z",
    "type": "snapshot",
    "status": "available",
    "size": 19327352832,
    "total_size": 19327352832,
    "openstack_image_id": "9eea759b-d04c-4e02-98a9-0f7794f45a85",
}

ANSWERS = {
    "create_snapshot": [started(id=12345, name="before-upgrade")],
    "get_snapshot": [
        Answer(Listed, {"id": 12345}, {"callback": KEY, "settings": _SETTINGS, "snapshots": [_ROW]})
    ],
    "remove_snapshot": [started(id=12348, name="golden")],
    "restore_snapshot": [started(id=12348, name="golden", type="snapshot")],
    "load_stats": [started(id=12345)],
    "update_restore_settings": [
        Answer(
            Settings,
            {"id": 12345, "enable_rotation": 1, "exclude_rotation[]": ["fresh-install"]},
            {"settings": _SETTINGS | {"enable_rotation": 1, "exclude_rotation": ["fresh-install"]}},
        )
    ],
    "get_engine": [Answer(Engines, {}, {"engines": ["openstack", "ovirt"]})],
}

_CREATION = "failed to request snapshot creation for"
_RESTORE = "failed to request snapshot restore for 12345 - "

REFUSED = [
    invalid_token("get_snapshot", id=12345),
    Refused(
        "create_snapshot",
        {"id": 12345, "name": "a b"},
        "invalid_parameter",
        f"{_CREATION} 12345 - invalid parameter name: 'a b'; it takes 1 to 100 characters of a-zA-Z0-9_-.",
    ),
    Refused("load_stats", {"id": 99999}, "vm_not_found",
            "failed to request statistics for 99999 - no such VM in this account"),
    Refused("create_snapshot", {"id": 12345, "name": "before-release"}, "name_taken",
            f"{_CREATION} 12345 - there is a snapshot 'before-release' of this type already"),
    Refused("create_snapshot", {"id": 12346, "name": "before-upgrade"}, "snapshot_limit",
            f"{_CREATION} 12346 - it has 4 of 4 snapshots, and rotation is off"),
    Refused("restore_snapshot", {"id": 12345, "name": "before-release"}, "vm_running",
            f"{_RESTORE}the VM is running; power it off first"),
    Refused("restore_snapshot", {"id": 12345, "name": "none"}, "snapshot_not_found",
            f"{_RESTORE}there is no snapshot 'none' of this type"),
    Refused("update_restore_settings", {"id": 12345}, "nothing_to_update",
            "failed to update restore settings for 12345 - nothing to update: "
            "send enable_rotation (1 or 0) or exclude_rotation[]"),
]  # fmt: skip
