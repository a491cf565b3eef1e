"""A VM's snapshots as a chain in time, and the snapshot that the VM's disk descends from."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from invapi_emulator.control.worlds import AccountContext
from invapi_emulator.dashboard.machines import state_of_disk, state_of_memory
from invapi_emulator.dashboard.paging import at_most
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.shown_fields import REST
from invapi_emulator.domain.snapshots import DEFAULT_TYPE, RotationSettings, Snapshot, newer_than
from invapi_emulator.domain.tasks import Task, progress_at, stage_at
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.storage import events
from invapi_emulator.storage.events import Event, EventKind

NEW_WORLD: tuple[EventKind, ...] = ("reset", "imported")
LINEAGE: tuple[EventKind, ...] = (*NEW_WORLD, "vm_added", "snapshot_made", "snapshot_restored", "task_ended")
"""Kinds of event that can change the origin of a disk."""

MOST_OF_LINEAGE = 300

MOST_LINKS = 50
"""Maximum number of snapshots on a page."""

MOST_NAMES = 10
"""Maximum number of names in a sentence about snapshots."""

MOST_TYPES = 20
"""Maximum number of types that are shown only because they have settings."""


def newest_reset(context: AccountContext) -> Event | None:
    """Return the event with which the account's present world began, or None if the account was never reset."""
    found = events.newest(context.tx, context.account.id, NEW_WORLD, 1)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Origin:
    """The snapshot that the VM's disk comes from, or None. `exactly`: nothing was written since.

    `unknown`: what it came from last is further back than the events that are looked at.
    """

    snapshot: Snapshot | None
    exactly: bool = False
    damaged: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A snapshot in the chain. `doomed` are the names of the snapshots that restoring it deletes, and how many more."""

    snapshot: Snapshot
    disk: str
    memory: str
    excluded: bool
    doomed: tuple[str, ...]
    is_origin: bool


@dataclass(frozen=True, slots=True)
class Making:
    """A snapshot that a running task creates."""

    name: str
    key: str
    stage: str
    progress: int
    hangs: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """The snapshots of one type, oldest first. `links` are those on the page, of `count`. `excluded` are names of the settings."""

    type: str
    settings: RotationSettings
    excluded: tuple[str, ...]
    count: int
    links: tuple[Link, ...]
    making: tuple[Making, ...]


def origin_of(
    vm: VirtualMachine, snapshots: Sequence[Snapshot], events: Sequence[Event], *, has_all: bool
) -> Origin:
    """Return the origin of the VM's disk.

    A snapshot with the same fingerprint is the origin exactly. Otherwise it is the snapshot last made or
    restored. In a new world it is the newest snapshot, as a restore deletes all newer snapshots. `has_all` is false
    if there were older events.
    """
    same = [each for each in snapshots if each.state.disk_fingerprint == vm.state.disk_fingerprint]
    if same:
        return Origin(same[-1], exactly=True)
    good = [each for each in snapshots if each.status == "available"]
    last = _last_told(vm.id, events)
    if last is None and not has_all:
        return Origin(None, unknown=True)
    if last is None or _begins(last, vm.id):
        return Origin(good[-1] if good else None)
    if last.kind == "task_ended":
        return Origin(None, damaged=True)
    return Origin(_still_there(good, last.data["type"], last.data["name"]))


def _last_told(vm_id: int, events: Sequence[Event]) -> Event | None:
    """Return the last event that made the VM's world or changed the origin of its disk."""
    for event in reversed(events):
        if _begins(event, vm_id) or (event.data.get("vm") == vm_id and _tells(event)):
            return event
    return None


def _begins(event: Event, vm_id: int) -> bool:
    return event.kind in NEW_WORLD or (event.kind == "vm_added" and event.data["vm"] == vm_id)


def _tells(event: Event) -> bool:
    if event.kind == "task_ended":
        return (event.data["action"], event.data["state"]) == ("restore_snapshot", "failed")
    return event.data.get("status") != "error"


def chains_of(
    snapshots: Sequence[Snapshot],
    shown: Container[int],
    settings: Mapping[str, RotationSettings],
    tasks: Sequence[Task],
    origin: Origin,
    now: Instant,
) -> list[Chain]:
    """Return the chains of a VM with the snapshots whose numbers are `shown`."""
    types = {DEFAULT_TYPE, *islice(sorted(settings), MOST_TYPES)}
    types |= {each.type for each in snapshots if each.sequence in shown}
    making = [task for task in tasks if task.action == "create_snapshot" and task.state == "running"]
    types |= {task.context.get("type", REST) for task in making}
    return [
        _chain(type_, settings.get(type_, RotationSettings()), snapshots, shown, making, origin, now)
        for type_ in sorted(types, key=lambda type_: (type_ != DEFAULT_TYPE, type_))
    ]


def _chain(
    type_: str,
    settings: RotationSettings,
    snapshots: Sequence[Snapshot],
    shown: Container[int],
    making: Sequence[Task],
    origin: Origin,
    now: Instant,
) -> Chain:
    mine = [each for each in snapshots if each.type == type_]
    names = frozenset(settings.excluded)
    links = tuple(
        Link(
            snapshot=each,
            disk=state_of_disk(each.state),
            memory=state_of_memory(each.state),
            excluded=each.name in names,
            doomed=at_most([other.name for other in newer_than(each, mine)], MOST_NAMES),
            is_origin=each == origin.snapshot,
        )
        for each in mine
        if each.sequence in shown
    )
    under_way = tuple(_making(task, now) for task in making if task.context.get("type", REST) == type_)
    excluded = at_most(sorted(settings.excluded), MOST_NAMES)
    return Chain(type_, settings, excluded, len(mine), links, under_way)


def _making(task: Task, now: Instant) -> Making:
    name = str(task.context.get("name", REST))
    return Making(name, task.key, stage_at(task, now), progress_at(task, now), task.due_at is None)


def _still_there(good: Sequence[Snapshot], type_: str, name: str) -> Snapshot | None:
    """Return the snapshot with that name. If it was deleted, return the newest one left of its type."""
    mine = [each for each in good if each.type == type_]
    return next((each for each in mine if each.name == name), mine[-1] if mine else None)
