"""The schema of a world in scenario files, exports and the control API."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from invapi_emulator.domain.behavior import Profile
from invapi_emulator.domain.snapshots import DEFAULT_NUM_MAX, DEFAULT_TYPE, SnapshotStatus
from invapi_emulator.domain.virtual_machines import Engine, VmKind
from invapi_emulator.worlds.fault_schema import FaultSpec
from invapi_emulator.worlds.fields import (
    AccountName,
    ActionName,
    Assume,
    ClockChange,
    Entries,
    Fingerprint,
    Gigabytes,
    IpAddress,
    MacAddress,
    Name,
    Number,
    Part,
    PastTimestamp,
    PositiveInt,
    PowerWord,
    Seed,
    Several,
    Text,
    Type,
    Uuid,
)
from invapi_emulator.worlds.task_schema import TaskSpec

MAX_PARTS = 10_000
"""Maximum number of snapshots of a VM, of its tasks, and of its unlisted changes."""

PARTS = "VMs, snapshots, settings, tasks and unlisted changes"
MAX_WORLD_PARTS = 15_000
"""Maximum number of all PARTS of a world together, as it is stored in one step."""

HUNDRED_YEARS = 100 * 365 * 86_400


class DiskSpec(Part):
    """`used_gb` defaults to 12, or less on a small disk.

    `generation` counts changes; `fingerprint` represents the content.
    """

    size_gb: Annotated[int, Field(ge=1, le=100_000, strict=True)] = 40
    used_gb: Gigabytes | None = None
    generation: Number | None = None
    fingerprint: Fingerprint | None = None


class MemorySpec(Part):
    """A VM that is off has a fingerprint only if a restore left memory to resume from."""

    size_mb: Annotated[int, Field(ge=1, le=16_000_000, strict=True)] = 4096
    generation: Number | None = None
    fingerprint: Fingerprint | None = None


class HeldDiskSpec(Part):
    used_gb: Gigabytes | None = None
    generation: Number | None = None
    fingerprint: Fingerprint | None = None


class HeldMemorySpec(Part):
    generation: Number | None = None
    fingerprint: Fingerprint | None = None


class SnapshotSpec(Part):
    """A snapshot. Only its name is required.

    `id` is its number in the account's world; a newer snapshot has a larger one. It was made at `created_at`,
    or `age_seconds` before now. `with_memory` says that the VM was running, if `memory` is not described.
    `size` is in bytes.
    """

    name: Name
    type: Type = DEFAULT_TYPE
    id: PositiveInt | None = None
    status: SnapshotStatus = "available"
    size: Annotated[int, Field(ge=0, lt=2**63, strict=True)] | None = None
    image_id: Uuid | None = None
    created_at: PastTimestamp | None = None
    age_seconds: Annotated[int, Field(ge=0, le=HUNDRED_YEARS, strict=True)] | None = None
    with_memory: Annotated[bool, Field(strict=True)] | None = None
    disk: HeldDiskSpec = HeldDiskSpec()
    memory: HeldMemorySpec = HeldMemorySpec()


class UnlistedSpec(Part):
    """A change that lists do not show before `until`: the `removed` snapshot, or a new one, by `id`."""

    id: PositiveInt
    until: PastTimestamp
    removed: SnapshotSpec | None = None


class SettingsSpec(Part):
    enable_rotation: Annotated[int, Field(ge=0, le=1, strict=True)] = 0
    exclude_rotation: Annotated[Several[Name], Field(max_length=10_000)] = ()


class PowerChangeSpec(Part):
    at: PastTimestamp
    power: PowerWord


class VmSpec(Part):
    """A VM. Only its id is required; omitted fields follow from the seed. `snapshots` are oldest first.

    Disk and memory are as of `running_since`, which is null for a VM that is off or held still by a snapshot.
    `power_changes` are those of the last hour and the one before. `started` counts started tasks by action.
    """

    id: Annotated[int, Field(ge=1, lt=2**63, strict=True)]
    kind: VmKind = "VPS"
    engine: Engine = "openstack"
    location: Text = "NL"
    hostname: Text | None = None
    preset: Text = "vm.v2-small"
    cpu_count: Annotated[int, Field(ge=1, le=1024, strict=True)] = 2
    uuid: Uuid | None = None
    ip: IpAddress | None = None
    mac: MacAddress | None = None
    created_at: PastTimestamp | None = None
    tags: Entries[Text, Text] = Field(default_factory=dict)
    power: PowerWord = "on"
    running_since: PastTimestamp | None = None
    power_changes: Several[PowerChangeSpec] = ()
    disk: DiskSpec = DiskSpec()
    memory: MemorySpec = MemorySpec()
    num_max: Annotated[int, Field(ge=1, le=1000, strict=True)] = DEFAULT_NUM_MAX
    started: Entries[ActionName, Number] = Field(default_factory=dict)
    settings: Entries[Type, SettingsSpec] = Field(default_factory=dict)
    snapshots: Annotated[Several[SnapshotSpec], Field(max_length=MAX_PARTS)] = ()
    tasks: Annotated[Several[TaskSpec], Field(max_length=MAX_PARTS)] = ()
    unlisted: Annotated[Several[UnlistedSpec], Field(max_length=MAX_PARTS)] = ()


class CountersSpec(Part):
    """`sequence` is the largest number of a snapshot, task or login; `faults` that of a fault rule.

    `answers` is the number of scrambled answers.
    """

    sequence: Number
    faults: Number = 0
    answers: Number = 0


def _no_other_one(version: Any) -> Any:
    """Refuse true and 1.0, which Python takes for equal to 1."""
    if type(version) is not int:
        raise ValueError("expected the number 1")
    return version


class World(Part):
    """An account's world. `account` is the exporting account; tasks imported there keep their keys."""

    version: Annotated[Literal[1], BeforeValidator(_no_other_one)] = 1
    account: AccountName | None = None
    seed: Seed | None = None
    clock: ClockChange | None = None
    profile: Profile | None = None
    assume: Assume | None = None
    counters: CountersSpec | None = None
    vms: Several[VmSpec] = ()
    faults: Several[FaultSpec] = ()
