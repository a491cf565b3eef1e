"""The shape of a world as people write it."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from invapi_emulator.domain.snapshots import DEFAULT_NUM_MAX, DEFAULT_TYPE
from invapi_emulator.domain.virtual_machines import Engine, Power, VmKind

NAME = r"\A[a-zA-Z0-9_.-]{1,100}\z"


def _unquoted_switch(value: Any) -> Any:
    """Read YAML's on and off, which are true and false, as the words they were."""
    return {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DiskSpec(_Part):
    size_gb: Annotated[int, Field(ge=1, le=100_000)] = 40
    used_gb: Annotated[float, Field(ge=0)] = 12


class MemorySpec(_Part):
    size_mb: Annotated[int, Field(ge=1, le=16_000_000)] = 4096


class SnapshotSpec(_Part):
    """A snapshot there is at the start; `age_seconds` counts back from it, `with_memory`: of a running VM."""

    name: Annotated[str, Field(pattern=NAME)]
    type: Annotated[str, Field(pattern=NAME, max_length=32)] = DEFAULT_TYPE
    age_seconds: Annotated[int, Field(ge=0)] = 0
    with_memory: bool = False


class SettingsSpec(_Part):
    enable_rotation: Annotated[int, Field(ge=0, le=1)] = 0
    exclude_rotation: tuple[Annotated[str, Field(pattern=NAME)], ...] = ()


class VmSpec(_Part):
    """A VM; only its id is required. `snapshots` are oldest first."""

    id: Annotated[int, Field(ge=1, lt=2**63)]
    kind: VmKind = "VPS"
    engine: Engine = "openstack"
    location: str = "NL"
    hostname: str | None = None
    preset: str = "vm.v2-small"
    cpu_count: Annotated[int, Field(ge=1, le=1024)] = 2
    power: Annotated[Power, BeforeValidator(_unquoted_switch)] = "on"
    disk: DiskSpec = DiskSpec()
    memory: MemorySpec = MemorySpec()
    num_max: Annotated[int, Field(ge=1, le=1000)] = DEFAULT_NUM_MAX
    tags: dict[str, str] = {}
    settings: dict[str, SettingsSpec] = {}
    snapshots: tuple[SnapshotSpec, ...] = ()


class World(_Part):
    vms: tuple[VmSpec, ...] = ()
