"""Export an account's world, so that it can be imported here or elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.clocks import Clock
from invapi_emulator.domain.instants import SECOND, Instant, iso, iso_or_none
from invapi_emulator.domain.snapshots import RotationSettings, Snapshot, StaleChange
from invapi_emulator.domain.tasks import Task
from invapi_emulator.domain.virtual_machines import VirtualMachine, as_of
from invapi_emulator.storage import accounts, billing, snapshots, stale_lists, task_lists, vms
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.worlds.billing import written_billing
from invapi_emulator.worlds.load_faults import written_faults

Written = dict[str, Any]
"""A part of a world in JSON, as `worlds/schema.py` describes it."""


def written_world(tx: Transaction, account: Account, now: Instant) -> Written:
    held = snapshots.of_account(tx, account.id)
    settings = snapshots.settings_of_account(tx, account.id)
    hidden = stale_lists.of_account(tx, account.id, now)
    work: dict[int, list[Task]] = {}
    for task in task_lists.of_account(tx, account, now):
        work.setdefault(task.vm_id, []).append(task)
    counters = accounts.counters(tx, account.id)
    return {
        "version": 1,
        "account": account.name,
        "seed": account.seed,
        "clock": written_clock(account.clock, now),
        "profile": account.behavior.profile,
        "assume": dict(account.assumed.other),
        "counters": {
            "sequence": counters["sequence"],
            "faults": counters["faults_made"],
        }
        | ({"answers": counters["answered"]} if counters["answered"] else {}),
        "vms": [
            written_vm(
                as_of(vm, now),
                held.get(vm.id, ()),
                settings.get(vm.id, {}),
                work.get(vm.id, ()),
                hidden.get(vm.id, ()),
            )
            for vm in vms.of_account(tx, account.id)
        ],
        "faults": written_faults(tx, account),
        **written_billing(*billing.read(tx, account.id)),
    }


def vm_of_account(unit: UnitOfWork, vm: VirtualMachine, now: Instant) -> Written:
    """Return a VM as an export has it. `vm` is as of `now`."""
    return written_vm(
        vm,
        snapshots.of_vm(unit, vm.id),
        snapshots.settings_of_vm(unit, vm.id),
        task_lists.of_vm(unit.sql(), unit.account, vm.id, now),
        stale_lists.of_vm(unit, vm.id, now),
    )


def written_clock(clock: Clock, now: Instant) -> Written:
    rate = int(clock.rate) if clock.rate == int(clock.rate) else clock.rate
    return {"mode": clock.mode, "rate": rate, "polls": clock.polls, "now": iso(now)}


def written_vm(
    vm: VirtualMachine,
    held: Sequence[Snapshot],
    settings: Mapping[str, RotationSettings],
    work: Sequence[Task],
    hidden: Sequence[StaleChange],
) -> Written:
    plain = ("id", "kind", "engine", "location", "hostname", "preset", "cpu_count", "uuid", "ip", "mac")
    state = vm.state
    return (
        {name: getattr(vm, name) for name in plain}
        | {
            "created_at": iso(vm.created_at),
            "tags": dict(vm.tags),
            "power": vm.power,
            "running_since": iso_or_none(vm.running_since),
            "power_changes": [{"at": iso(at), "power": power} for at, power in vm.power_changes],
            "disk": {
                "size_gb": vm.size_gb,
                "used_gb": state.used_mb / 1024,
                "generation": state.disk_generation,
                "fingerprint": state.disk_fingerprint,
            },
            "memory": {
                "size_mb": vm.memory_mb,
                "generation": state.memory_generation,
                "fingerprint": state.memory_fingerprint,
            },
            "num_max": vm.num_max,
            "started": dict(vm.started),
            "settings": {
                type_: {"enable_rotation": int(of_type.enabled), "exclude_rotation": list(of_type.excluded)}
                for type_, of_type in settings.items()
            },
            "snapshots": [_snapshot(snapshot) for snapshot in held],
            "tasks": [_task(task) for task in work],
        }
        | ({"unlisted": [_unlisted(change) for change in hidden]} if hidden else {})
    )


def _unlisted(change: StaleChange) -> Written:
    removed = {} if change.removed is None else {"removed": _snapshot(change.removed)}
    return {"id": change.sequence, "until": iso(change.until)} | removed


def _snapshot(snapshot: Snapshot) -> Written:
    state = snapshot.state
    return {
        "name": snapshot.name,
        "type": snapshot.type,
        "id": snapshot.sequence,
        "status": snapshot.status,
        "size": snapshot.size,
        "image_id": snapshot.image_id,
        "created_at": iso(snapshot.created_at),
        "disk": {
            "used_gb": state.used_mb / 1024,
            "generation": state.disk_generation,
            "fingerprint": state.disk_fingerprint,
        },
        "memory": {"generation": state.memory_generation, "fingerprint": state.memory_fingerprint},
    }


def _task(task: Task) -> Written:
    written = {
        "key": task.key,
        "module": task.module,
        "action": task.action,
        "sequence": task.sequence,
        "state": task.state,
        "created_at": iso(task.created_at),
        "due_at": iso_or_none(task.due_at),
        "stages": [{"name": stage.name, "ends_at": iso(stage.ends_at)} for stage in task.stages],
        "stage": task.stage,
        "context": task.context,
    }
    after_the_end = {
        "ended_at": iso_or_none(task.ended_at),
        "scope": task.scope,
        "debug": task.debug,
        "error": task.error,
        "polls": task.polls or None,
        "spent": task.spent or None,
        "fault": task.fault,
        "fails_with": task.fails_with,
        "stops_at": iso_or_none(task.stops_at),
        "forgotten": task.forgotten or None,
        "stale_seconds": None if task.stale_for is None else task.stale_for / SECOND,
    }
    return written | {name: value for name, value in after_the_end.items() if value is not None}
