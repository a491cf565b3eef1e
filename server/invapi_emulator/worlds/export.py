"""Export an account's world, so that it can be imported here or elsewhere."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from invapi_emulator.control_errors import Conflict
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.callback_urls import without_user
from invapi_emulator.domain.clocks import Clock
from invapi_emulator.domain.instants import SECOND, Instant, iso, iso_or_none
from invapi_emulator.domain.snapshots import RotationSettings, Snapshot, StaleChange
from invapi_emulator.domain.tags import Tag
from invapi_emulator.domain.tasks import Task
from invapi_emulator.domain.virtual_machines import Cancellation, VirtualMachine
from invapi_emulator.storage import accounts, billing, orders
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.worlds.account_keys import written_keys
from invapi_emulator.worlds.billing import written_billing
from invapi_emulator.worlds.catalogue_schema import written_catalogue
from invapi_emulator.worlds.fields import MAX_POWER_CHANGES, MAX_STAGES, MAX_WORLD_PARTS
from invapi_emulator.worlds.held_world import HeldVm, HeldWorld
from invapi_emulator.worlds.json_text import writing
from invapi_emulator.worlds.load_faults import written_faults
from invapi_emulator.worlds.orders import written_orders
from invapi_emulator.worlds.schema import PARTS
from invapi_emulator.worlds.steps import Steps, each

Written = dict[str, Any]
"""A part of a world in JSON, as `worlds/schema.py` describes it."""


def writing_world(tx: Transaction, account: Account, now: Instant) -> Steps[bytes]:
    """Select an account's world now. Return the steps that write it as JSON.

    They raise Conflict if it has more VMs, snapshots and tasks, changes of power, or stages, than an import takes.
    """
    return _writing(_written_around(tx, account, now), HeldWorld(tx, account, now))


def _writing(around: Written, world: HeldWorld) -> Steps[bytes]:
    vms = yield from world.by_vm()
    text = yield from writing(around | {"vms": map(_written, vms)})
    if world.size > MAX_WORLD_PARTS:
        raise export_too_large(f"{world.size} {PARTS}", f"{MAX_WORLD_PARTS}")
    if world.power_changes > MAX_POWER_CHANGES:
        raise export_too_large(f"{world.power_changes} changes of power", f"{MAX_POWER_CHANGES}")
    if world.stages > MAX_STAGES:
        raise export_too_large(f"{world.stages} stages of tasks", f"{MAX_STAGES}")
    return text


def export_too_large(has: str, most: str) -> Conflict:
    return Conflict(
        "export_too_large",
        f"no import takes this world: it has {has}, of at most {most}; remove VMs, or reset the account",
    )


def writing_vm(held: HeldVm) -> Steps[Written]:
    """Return a VM as an export has it, with its parts in lists."""
    written = _written(held)
    for name in [name for name, part in written.items() if isinstance(part, Iterator)]:
        parts = yield from each(written[name], lambda part: part)
        written[name] = list(parts)
    return written


def _written(of: HeldVm) -> Written:
    return written_vm(of.vm, of.snapshots, of.settings, of.tasks, of.unlisted)


def _written_around(tx: Transaction, account: Account, now: Instant) -> Written:
    """Return a world without its VMs."""
    return {
        "version": 1,
        "account": account.name,
        "seed": account.seed,
        "clock": written_clock(account.clock, now),
        "profile": account.behavior.profile,
        "assume": dict(account.assumed.other),
        "counters": _counters(accounts.counters(tx, account.id)),
        **({} if account.catalogue is None else {"catalogue": written_catalogue(account.catalogue)}),
        "vms": (),
        "faults": written_faults(tx, account),
        **written_keys(tx, account.id),
        **written_billing(billing.read(tx, account.id), billing.invoices(tx, account.id)),
        **written_orders(orders.of_account(tx, account.id)),
    }


def _counters(counters: Mapping[str, int]) -> Written:
    """Return the last numbers given out. Those that few accounts count are left out while they are 0."""
    rare = {
        "objects": counters["objects_made"],
        "orders": counters["orders_made"],
        "invoices": counters["invoices_made"],
        "answers": counters["answered"],
    }
    written = {"sequence": counters["sequence"], "faults": counters["faults_made"]}
    return written | {name: number for name, number in rare.items() if number}


def written_clock(clock: Clock, now: Instant) -> Written:
    rate = int(clock.rate) if clock.rate == int(clock.rate) else clock.rate
    return {"mode": clock.mode, "rate": rate, "polls": clock.polls, "now": iso(now)}


def written_vm(
    vm: VirtualMachine,
    held: Sequence[Snapshot],
    settings: Mapping[str, RotationSettings],
    work: Iterable[Task],
    hidden: Sequence[StaleChange],
) -> Written:
    """Return a VM whose snapshots and tasks are written when they are asked for."""
    plain = ("id", "kind", "engine", "location", "hostname", "preset", "cpu_count", "uuid", "ip", "mac")
    state = vm.state
    return (
        {name: getattr(vm, name) for name in plain}
        | {
            "created_at": iso(vm.created_at),
            "tags": {tag.name: _tag(tag) for tag in vm.tags},
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
            "snapshots": map(_snapshot, held),
            "tasks": map(_task, work),
        }
        | ({"unlisted": [_unlisted(change) for change in hidden]} if hidden else {})
        | ({} if vm.phase == "rented" else {"phase": vm.phase})
        | ({} if vm.cancellation is None else {"cancellation": _cancellation(vm.cancellation)})
    )


def _cancellation(cancellation: Cancellation) -> Written:
    return {
        "reason": cancellation.reason,
        "asked_at": iso(cancellation.asked_at),
        "ends_at": iso(cancellation.ends_at),
        "immediate": cancellation.immediate,
    }


def _tag(tag: Tag) -> Written:
    extra = {"extra": tag.extra} if tag.extra else {}
    return {"id": tag.id, "value": tag.value} | extra | ({"internal": 1} if tag.internal else {})


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
        "callback": _callback(task),
        "stale_seconds": task.stale_for / SECOND if task.stale_for else None,
    }
    return written | {name: value for name, value in after_the_end.items() if value is not None}


def _callback(task: Task) -> str | None:
    """Return the URL that is called when a task ends, without user and password; None if none is to be called."""
    url = task.callback_url if task.state == "running" else None
    return None if url is None else without_user(url)
