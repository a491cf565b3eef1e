"""`vm.php` `get_snapshot`: lists a VM's snapshots (contract 4.2, 4.7, 4.8)."""

from typing import Any

import orjson
from pydantic import Field

from invapi_emulator.actions.answers import KEY, Started, invalid_token
from invapi_emulator.actions.lock_refusals import require_readable
from invapi_emulator.actions.parameters import OfSnapshots
from invapi_emulator.actions.vm.answers import SETTINGS_EXAMPLE, RotationSettings, SnapshotRow
from invapi_emulator.actions.vm.rows import settings_body, snapshot_row
from invapi_emulator.contract.assumptions.snapshots import LIST_ANSWER
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.snapshots import as_listed
from invapi_emulator.domain.tasks import Stage
from invapi_emulator.domain.virtual_machines import VirtualMachine, require_snapshots_supported
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example
from invapi_emulator.engine.tasks.kinds import Kind, Outcome, Work
from invapi_emulator.engine.tasks.start import start_task
from invapi_emulator.storage import snapshots, stale_lists, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork


class Listed(Started):
    """The list at the time of the call. The check of `callback` answers the list at the end of the task (4.7)."""

    settings: RotationSettings
    snapshots: list[SnapshotRow] = Field(description="oldest first")


def get_snapshot(unit: UnitOfWork, call: Call[OfSnapshots]) -> Body:
    """Return the list as it is now, and a key for the list at the end of the task (contract 4.7)."""
    account, type_ = call.account, call.params.type
    vm = vms.load(unit, call.params.id)
    require_snapshots_supported(vm)
    require_readable(unit, vm)
    option = account.assumed[LIST_ANSWER]
    key = {} if option == "at-once" else {"callback": start_task(unit, call, vm, type=type_)}
    if option == "by-key":
        return key
    settings = snapshots.settings_of_type(unit, vm.id, type_)
    return key | {
        "settings": settings_body(settings, vm.num_max),
        "snapshots": _listed(unit, account, vm, type_, call.now),
    }


def finish_get_snapshot(unit: UnitOfWork, work: Work) -> Outcome:
    rows = _listed(unit, work.account, work.vm, work.task.context["type"], work.now)
    return Outcome(work.vm, orjson.dumps({"snapshots": rows}).decode())


def _listed(
    unit: UnitOfWork, account: Account, vm: VirtualMachine, type_: str, now: Instant
) -> list[dict[str, Any]]:
    """Return the rows of a list; a fault, or the account's profile, may keep it from showing the newest changes."""
    shown = snapshots.of_vm(unit, vm.id)
    stale = stale_lists.of_vm(unit, vm.id, now)
    if stale:
        shown = as_listed(shown, stale)
    return [snapshot_row(snapshot, account.assumed) for snapshot in shown if snapshot.type == type_]


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

ACTION = Action(
    module="vm",
    name="get_snapshot",
    label="List snapshots",
    clause="4.2",
    params=OfSnapshots,
    handler=get_snapshot,
    task=Kind((Stage("read", 1),), finish_get_snapshot, changes=False, fetches=True),
    examples=(
        Example(Listed, {"id": 12345}, {"callback": KEY, "settings": SETTINGS_EXAMPLE, "snapshots": [_ROW]}),
    ),
    refusal="failed to request snapshot list for",
    refusal_examples=(invalid_token(id=12345),),
)
