"""JSON views of accounts, clocks, VMs and tasks in the control API."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from invapi_emulator.actions.vm.rows import settings_body, snapshot_row
from invapi_emulator.control.worlds import AccountContext
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.behavior import Profile
from invapi_emulator.domain.clocks import ClockMode
from invapi_emulator.domain.instants import Instant, iso, iso_or_none
from invapi_emulator.domain.snapshots import DEFAULT_TYPE, RotationSettings, Snapshot
from invapi_emulator.domain.tags import Tag
from invapi_emulator.domain.tasks import Task, TaskState, progress_at, stage_at
from invapi_emulator.domain.virtual_machines import Engine, Phase, Power, VirtualMachine, VmKind
from invapi_emulator.storage import vms
from invapi_emulator.worlds.export import written_clock
from invapi_emulator.worlds.held_world import HeldVm, held_vm
from invapi_emulator.worlds.json_text import writing
from invapi_emulator.worlds.steps import Steps


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class ClockView(View):
    mode: ClockMode
    rate: int | float
    polls: int
    now: str


class TaskView(View):
    key: str
    action: str
    vm: int
    state: TaskState
    stage: str = Field(description="`done` or `failed` once it has ended")
    progress: int = Field(description="percent of the planned duration")
    created_at: str
    due_at: str | None = Field(description="null for a task that hangs")
    ended_at: str | None
    error: str | None
    fault: str | None = Field(description="kind of the fault rule that fired on it")


class DiskView(View):
    size_gb: int
    used_gb: float
    generation: int
    fingerprint: str


class MemoryView(View):
    size_mb: int
    generation: int
    fingerprint: str | None = Field(
        description="null for a VM that is off, unless a restore left memory to resume from"
    )


class TagView(View):
    id: int
    tag: str
    value: str
    extra: str
    internal: bool


class VmView(View):
    id: int
    kind: VmKind
    engine: Engine
    location: str
    hostname: str
    tags: list[TagView] = Field(description="in the order in which they were first set")
    power: Power
    phase: Phase = Field(description="deploying until the deploy is done, suspended while a rent is unpaid")
    ends_at: str | None = Field(description="when its cancellation takes effect; null without one")
    disk: DiskView
    memory: MemoryView
    locked_by: str | None
    num_max: int
    snapshots: list[dict[str, Any]] = Field(
        description="rows of `get_snapshot`, of all types, oldest first, each with its stored disk and memory"
    )
    settings: dict[str, dict[str, Any]] = Field(
        description="rotation settings by type: always `snapshot`, others once they are set"
    )
    tasks: list[TaskView]


class AccountView(View):
    name: str
    api_key: str
    token: str
    user: str
    password: str
    scenario: str
    seed: int
    clock: ClockView
    profile: Profile
    assume: dict[str, str] = Field(description="options other than the default, by id of the assumption")
    vms: list[int]


IGNORED: Any = Field(
    description="a line that names the retired assumptions, which are ignored; null if there are none"
)


def clock_view(account: Account, now: Instant) -> ClockView:
    return ClockView(**written_clock(account.clock, now))


def account_view(context: AccountContext) -> AccountView:
    return view_of(context.account, context.now, vms.held_ids(context.unit))


def view_of(account: Account, now: Instant, vm_ids: Sequence[int]) -> AccountView:
    credentials = account.credentials
    return AccountView(
        name=account.name,
        api_key=credentials.api_key,
        token=credentials.token,
        user=credentials.user,
        password=credentials.password,
        scenario=account.scenario,
        seed=account.seed,
        clock=clock_view(account, now),
        profile=account.behavior.profile,
        assume=dict(account.assumed.other),
        vms=list(vm_ids),
    )


def task_view(task: Task, now: Instant) -> TaskView:
    return TaskView(
        key=task.key,
        action=task.action,
        vm=task.vm_id,
        state=task.state,
        stage=stage_at(task, now),
        progress=progress_at(task, now),
        created_at=iso(task.created_at),
        due_at=iso_or_none(task.due_at),
        ended_at=iso_or_none(task.ended_at),
        error=task.error,
        fault=task.fault,
    )


def writing_vm(context: AccountContext, stored: VirtualMachine) -> Steps[bytes]:
    """Select a VM with what belongs to it now. Return the steps that write it as JSON."""
    return writing(written_view(held_vm(context.unit, stored, context.now), context.now))


def written_view(held: HeldVm, now: Instant) -> dict[str, Any]:
    """Return a `VmView` as JSON, whose snapshots and tasks are made when they are asked for."""
    return _view_without_parts(held).model_dump() | {
        "snapshots": map(_snapshot, held.snapshots),
        "tasks": (task_view(task, now).model_dump() for task in held.tasks),
    }


def _view_without_parts(held: HeldVm) -> VmView:
    vm = held.vm
    settings = {DEFAULT_TYPE: RotationSettings(), **held.settings}
    return VmView(
        id=vm.id,
        kind=vm.kind,
        engine=vm.engine,
        location=vm.location,
        hostname=vm.hostname,
        tags=[_tag(tag) for tag in vm.tags],
        power=vm.power,
        phase=vm.phase,
        ends_at=iso_or_none(vm.ends_at),
        disk=_disk(vm),
        memory=_memory(vm),
        locked_by=vm.locked_by,
        num_max=vm.num_max,
        snapshots=[],
        settings={type_: settings_body(of_type, vm.num_max) for type_, of_type in settings.items()},
        tasks=[],
    )


def _tag(tag: Tag) -> TagView:
    return TagView(id=tag.id, tag=tag.name, value=tag.value, extra=tag.extra, internal=tag.internal)


def _disk(vm: VirtualMachine) -> DiskView:
    state = vm.state
    return DiskView(
        size_gb=vm.size_gb,
        used_gb=state.used_mb / 1024,
        generation=state.disk_generation,
        fingerprint=state.disk_fingerprint,
    )


def _memory(vm: VirtualMachine) -> MemoryView:
    state = vm.state
    return MemoryView(
        size_mb=vm.memory_mb, generation=state.memory_generation, fingerprint=state.memory_fingerprint
    )


def _snapshot(snapshot: Snapshot) -> dict[str, Any]:
    state = snapshot.state
    return snapshot_row(snapshot) | {
        "disk": {
            "used_gb": state.used_mb / 1024,
            "generation": state.disk_generation,
            "fingerprint": state.disk_fingerprint,
        },
        "memory": {"generation": state.memory_generation, "fingerprint": state.memory_fingerprint},
    }
