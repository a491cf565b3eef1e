"""Parts of several answers of `vm.php`: a snapshot, and the settings of rotation (contract 4.8, 4.9)."""

from typing import Annotated, Any, Literal

from pydantic import Field

from invapi_emulator.actions.answers import IsoDate, Part, Uuid, WireDate


class SnapshotRow(Part):
    name: str
    snapshot_id: Annotated[str, Field(pattern="^[0-9]+$")]
    date: WireDate = Field(description="UTC, when the task ended")
    created_at: IsoDate = Field(description="the same")
    type: str
    status: Literal["available", "error"]
    size: Annotated[int, Field(ge=0)] = Field(description="bytes")
    total_size: Annotated[int, Field(ge=0)] = Field(description="the same")
    openstack_image_id: Uuid


class RotationSettings(Part):
    num_max: Annotated[int, Field(ge=1)] = Field(description="maximum number of snapshots of a type")
    enable_rotation: Literal[0, 1]
    exclude_rotation: list[str] = Field(description="names that rotation leaves alone")


SETTINGS_EXAMPLE: dict[str, Any] = {"num_max": 4, "enable_rotation": 0, "exclude_rotation": []}
