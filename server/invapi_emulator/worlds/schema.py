"""The schema of a world in scenario files, exports and the control API."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from invapi_emulator.domain.account_keys import NotifyMethod
from invapi_emulator.domain.behavior import Profile
from invapi_emulator.domain.snapshots import DEFAULT_NUM_MAX, DEFAULT_TYPE, SnapshotStatus
from invapi_emulator.domain.tags import HOSTNAME, MOST_TAGS
from invapi_emulator.domain.virtual_machines import Engine, Phase, VmKind
from invapi_emulator.whole_numbers import MOST_COUNTED, MOST_RULES_MADE
from invapi_emulator.worlds.billing_schema import BillingSpec
from invapi_emulator.worlds.catalogue_schema import CatalogueSpec
from invapi_emulator.worlds.fault_schema import FaultSpec
from invapi_emulator.worlds.fields import (
    AccountName,
    ActionName,
    Addresses,
    Assume,
    ClockChange,
    Entries,
    Fingerprint,
    Gigabytes,
    Hostname,
    IpAddress,
    LongText,
    MacAddress,
    Name,
    Number,
    Part,
    PastTimestamp,
    PositiveInt,
    PowerWord,
    PublicKey,
    Seconds,
    Seed,
    Several,
    TagValue,
    Text,
    Type,
    Uuid,
)
from invapi_emulator.worlds.task_schema import TaskSpec

MAX_PARTS = 10_000
"""Maximum number of snapshots of a VM, of its tasks, and of its unlisted changes."""

PARTS = "VMs, snapshots, settings, tasks and unlisted changes"
MAX_EXTRA = 16_384
"""Maximum length of a tag's `extra` (contract 10.2)."""


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
    age_seconds: Seconds | None = None
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


class TagSpec(Part):
    """A tag. A bare text is its value. `id` is its number in the account's world."""

    value: TagValue = ""
    extra: Annotated[LongText, Field(max_length=MAX_EXTRA)] = ""
    internal: Annotated[int, Field(ge=0, le=1, strict=True)] = 0
    id: PositiveInt | None = None

    @model_validator(mode="before")
    @classmethod
    def _word(cls, given: Any) -> Any:
        return {"value": given} if isinstance(given, str) else given

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe the bare text too."""
        described = handler(schema)
        whole = handler.resolve_ref_schema(described)
        with_fields = dict(whole)
        whole.clear()
        whole |= {"anyOf": [with_fields["properties"]["value"], with_fields]}
        return described


def _not_too_many(tags: Any) -> Any:
    """Raise ValueError for more tags than a VM takes. Each has the tag of its hostname, also if it is not described."""
    if isinstance(tags, dict) and len(tags.keys() | {HOSTNAME}) > MOST_TAGS:
        raise ValueError(f"expected at most {MOST_TAGS:,} tags, the tag hostname with them")
    return tags


class CancellationSpec(Part):
    """A cancellation: the server goes at `ends_at`, after now. An `immediate` one cannot be withdrawn."""

    reason: LongText
    asked_at: PastTimestamp | None = None
    ends_at: PastTimestamp
    immediate: Annotated[bool, Field(strict=True)] = False


class VmSpec(Part):
    """A VM, or a dedicated server. Only its id is required; omitted fields follow from the seed. `snapshots` are oldest first.

    Disk and memory are as of `running_since`, which is null for a VM that is off or held still by a snapshot.
    `power_changes` are those of the last hour and the one before. `started` counts started tasks by action.
    `engine` defaults to openstack, of a dedicated server to supermicro, which no other has. An order goes with a `phase`
    other than rented.
    """

    id: Annotated[int, Field(ge=1, lt=2**63, strict=True)]
    kind: VmKind = "VPS"
    engine: Engine | None = None
    location: Text = "NL"
    hostname: Hostname | None = None
    preset: Text = "vm.v2-small"
    cpu_count: Annotated[int, Field(ge=1, le=1024, strict=True)] = 2
    uuid: Uuid | None = None
    ip: IpAddress | None = None
    mac: MacAddress | None = None
    created_at: PastTimestamp | None = None
    tags: Annotated[Entries[Text, TagSpec], BeforeValidator(_not_too_many)] = Field(default_factory=dict)
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
    phase: Phase = "rented"
    cancellation: CancellationSpec | None = None


class SshKeySpec(Part):
    """A public key. `default` is 1 for at most one key of the account. It was made at `created_at`, or now."""

    name: Text
    key: PublicKey
    default: Annotated[int, Field(ge=0, le=1, strict=True)] = 0
    id: PositiveInt | None = None
    created_at: PastTimestamp | None = None


class ApiKeySpec(Part):
    """An API key without its secret: loading the world issues a new one. `server_id` is one of the VMs."""

    name: Text
    server_id: Annotated[int, Field(ge=1, lt=2**63, strict=True)] | None = None
    ip: Addresses = ""
    active: Annotated[int, Field(ge=0, le=1, strict=True)] = 1
    login_notify_method: NotifyMethod = "none"
    login_notify_address: Annotated[TagValue, Field(max_length=200)] = ""
    id: PositiveInt | None = None
    created_at: PastTimestamp | None = None


class CountersSpec(Part):
    """`sequence` is the largest number of a snapshot, task or login; `faults` that of a fault rule.

    `objects` is the largest id of a tag or key, `answers` the number of scrambled answers. `orders` and `invoices` count
    those that the emulator has made.
    """

    sequence: Number
    faults: Annotated[Number, Field(le=MOST_RULES_MADE)] = 0
    objects: Number = 0
    orders: Annotated[Number, Field(le=MOST_COUNTED)] = 0
    invoices: Annotated[Number, Field(le=MOST_COUNTED)] = 0
    answers: Number = 0


def _no_other_one(version: Any) -> Any:
    """Refuse true and 1.0, which Python takes for equal to 1."""
    if type(version) is not int:
        raise ValueError("expected the number 1")
    return version


class World(BillingSpec):
    """An account's world. `account` is the exporting account; tasks imported there keep their keys.

    Without a `catalogue` the account has the server's.
    """

    version: Annotated[Literal[1], BeforeValidator(_no_other_one)] = 1
    account: AccountName | None = None
    seed: Seed | None = None
    clock: ClockChange | None = None
    profile: Profile | None = None
    assume: Assume | None = None
    counters: CountersSpec | None = None
    catalogue: CatalogueSpec | None = None
    vms: Several[VmSpec] = ()
    faults: Several[FaultSpec] = ()
    ssh_keys: Several[SshKeySpec] = ()
    api_keys: Several[ApiKeySpec] = ()
