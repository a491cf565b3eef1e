"""`vm.php` `create_snapshot`: makes a snapshot, with rotation (contract 4.1, 4.10, 4.13)."""

from collections.abc import Sequence
from contextlib import suppress

from invapi_emulator.actions.answers import started
from invapi_emulator.actions.lock_refusals import require_changeable
from invapi_emulator.actions.parameters import OfSnapshot
from invapi_emulator.actions.vm.lists import held, take_out
from invapi_emulator.contract.assumptions.snapshots import EXCLUDED_AND_THE_LIMIT
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.snapshots import (
    RotationSettings,
    Snapshot,
    SnapshotStatus,
    require_free_name,
    require_room,
    rotated_out,
    size_of,
    without_excluded,
)
from invapi_emulator.domain.tasks import Stage, was_queued
from invapi_emulator.domain.virtual_machines import VirtualMachine, require_snapshots_supported
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import RefusalExample
from invapi_emulator.engine.tasks.kinds import Kind, Outcome, Work
from invapi_emulator.engine.tasks.start import start_task
from invapi_emulator.errors import Refusal, TaskFailed
from invapi_emulator.storage import events, numbers, snapshots, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


def create_snapshot(unit: UnitOfWork, call: Call[OfSnapshot]) -> Body:
    account, type_ = call.account, call.params.type
    vm = vms.load(unit, call.params.id)
    require_snapshots_supported(vm)
    require_changeable(unit, vm)
    present, settings = held(unit, vm.id, type_)
    require_free_name(present, call.params.name)
    require_room(_counted(account, present, settings), settings, vm.num_max)
    return {"callback": start_task(unit, call, vm, type=type_)}


def _leave_in_error(unit: UnitOfWork, work: Work) -> VirtualMachine:
    """Leave the snapshot in status error. It rotates as a good one does (contract 4.10, 4.13)."""
    with suppress(TaskFailed, Refusal):  # no room: no row either
        _list_new(unit, work, "error")
    return work.vm


def finish_create_snapshot(unit: UnitOfWork, work: Work) -> Outcome:
    made = _list_new(unit, work, "available")
    scope = f"Snapshot {made.name} created"
    return Outcome(work.vm, scope, f"{work.vm.engine}: image {made.image_id} active, {made.size} bytes")


def _list_new(unit: UnitOfWork, work: Work, status: SnapshotStatus) -> Snapshot:
    """List the new snapshot. Without room, rotate by the settings of this moment (contract 4.10)."""
    vm, name, type_ = work.vm, work.task.context["name"], work.task.context["type"]
    present, settings = held(unit, vm.id, type_)
    require_free_name(present, name)
    take_out(unit, work.now, rotated_out(_counted(work.account, present, settings), settings, vm.num_max))
    made = Snapshot(
        vm_id=vm.id,
        type=type_,
        name=name,
        sequence=numbers.next_sequence(unit),
        image_id=_new_image(work),
        status=status,
        size=size_of(vm.state, vm.memory_mb),
        created_at=work.now,
        state=vm.state,
    )
    snapshots.add(unit, made)
    events.record(unit, work.now, "snapshot_made", vm=vm.id, type=type_, name=name, status=status)
    return made


def _new_image(work: Work) -> str:
    """Return the id of the new image. Queued creates count as started when the first of them ends."""
    which = ("queued", work.task.sequence) if was_queued(work.task) else (work.vm.started["create_snapshot"],)
    return work.chance.uuid("vm", work.vm.id, "image", *which)


def _counted(account: Account, present: Sequence[Snapshot], settings: RotationSettings) -> Sequence[Snapshot]:
    """Return the snapshots that count against the limit (contract 4.10)."""
    if account.assumed[EXCLUDED_AND_THE_LIMIT] == "count":
        return present
    return without_excluded(present, settings)


_REFUSAL = "failed to request snapshot creation for"

ACTION = Action(
    module="vm",
    name="create_snapshot",
    label="Create snapshot",
    clause="4.1",
    params=OfSnapshot,
    handler=create_snapshot,
    task=Kind(
        (Stage("prepare", 4), Stage("copy disk", 4, 0.7), Stage("upload image", 0, 0.1)),
        finish_create_snapshot,
        pauses=True,
        works_disk=True,
        leave=_leave_in_error,
    ),
    examples=(started(id=12345, name="before-upgrade"),),
    refusal=_REFUSAL,
    refusal_examples=(
        RefusalExample(
            {"id": 12345, "name": "a b"},
            "invalid_parameter",
            f"{_REFUSAL} 12345 - invalid parameter name: 'a b'; it takes 1 to 100 characters: ASCII letters, digits, `_`, `-` and `.`",
        ),
        RefusalExample(
            {"id": 12345, "name": "before-release"},
            "name_taken",
            f"{_REFUSAL} 12345 - there is a snapshot 'before-release' of this type already",
        ),
        RefusalExample(
            {"id": 12346, "name": "before-upgrade"},
            "snapshot_limit",
            f"{_REFUSAL} 12346 - it has 4 of 4 snapshots, and rotation is off",
        ),
    ),
    ignored={"num_rotation": "accepted and ignored, whatever it is (4.1)"},
)
