"""Snapshots of one type of one VM, and when they can be made, removed and restored."""

from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.virtual_machines import MachineState
from invapi_emulator.errors import ImageMismatch, NameTaken, SnapshotLimit, SnapshotNotFound, TaskFailed

SnapshotStatus: TypeAlias = Literal["available", "error"]

DEFAULT_TYPE = "snapshot"
DEFAULT_NUM_MAX = 4
_MIB = 1024 * 1024


class Snapshot(Struct, frozen=True):
    """A snapshot as stored; `sequence` is its place in time (contract 4.8), `size` in bytes."""

    vm_id: int
    type: str
    name: str
    sequence: int
    image_id: str
    status: SnapshotStatus
    size: int
    created_at: Instant
    state: MachineState


MOST_SETTINGS = 8 * 1024 * 1024
"""Maximum size of the rotation settings of an account that calls make, in bytes."""


class RotationSettings(Struct, frozen=True):
    """Settings of one type of snapshots (contract 4.9)."""

    enabled: bool = False
    excluded: tuple[str, ...] = ()


class StaleChange(Struct, frozen=True):
    """A change that lists do not show before `until`: a snapshot `removed`, or a new one if that is None."""

    sequence: int
    removed: Snapshot | None
    until: Instant


def size_of(state: MachineState, memory_mb: int) -> int:
    """Return the size of a snapshot of this state in bytes: the used disk, and the memory if there is any."""
    return (state.used_mb + (0 if state.memory_fingerprint is None else memory_mb)) * _MIB


def find_snapshot(snapshots: Iterable[Snapshot], name: str, image_id: str | None) -> Snapshot:
    """Return the snapshot of this name. If an image is named, it must have that image."""
    found = of_the_name(snapshots, name)
    if found is None:
        raise SnapshotNotFound(f"there is no snapshot '{name}' of this type")
    if image_id is not None and image_id != found.image_id:
        raise ImageMismatch(f"snapshot '{name}' does not have the image {image_id}")
    return found


def require_restorable(snapshot: Snapshot) -> None:
    """Refuse a snapshot in status error (contract 4.13)."""
    if snapshot.status == "error":
        raise SnapshotNotFound(f"snapshot '{snapshot.name}' is in status error and cannot be restored")


def of_the_name(snapshots: Iterable[Snapshot], name: str) -> Snapshot | None:
    return next((snapshot for snapshot in snapshots if snapshot.name == name), None)


def require_free_name(snapshots: Iterable[Snapshot], name: str) -> None:
    """Refuse a new snapshot whose name is taken (contract 4.13)."""
    if of_the_name(snapshots, name) is not None:
        raise NameTaken(f"there is a snapshot '{name}' of this type already")


def require_room(snapshots: Sequence[Snapshot], settings: RotationSettings, num_max: int) -> None:
    """Refuse a new snapshot if rotation cannot make room for it (contract 4.10)."""
    if len(snapshots) < num_max:
        return
    if not settings.enabled:
        raise SnapshotLimit(f"it has {len(snapshots)} of {num_max} snapshots, and rotation is off")
    if not without_excluded(snapshots, settings):
        raise SnapshotLimit(f"it has {len(snapshots)} of {num_max} snapshots, all excluded from rotation")


def without_excluded(snapshots: Iterable[Snapshot], settings: RotationSettings) -> list[Snapshot]:
    """Return the snapshots that rotation may remove."""
    excluded = frozenset(settings.excluded)
    return [snapshot for snapshot in snapshots if snapshot.name not in excluded]


def rotated_out(
    snapshots: Sequence[Snapshot], settings: RotationSettings, num_max: int
) -> tuple[Snapshot, ...]:
    """Return the snapshots that rotation removes to make room for one more (contract 4.10).

    Those in status error go first, then the oldest. Excluded ones stay. Raise TaskFailed if that is too little.
    """
    surplus = len(snapshots) + 1 - num_max
    if surplus <= 0:
        return ()
    free = without_excluded(snapshots, settings)
    if not settings.enabled or len(free) < surplus:
        why = "none can be rotated out" if settings.enabled else "rotation is off"
        raise TaskFailed(f"it has {len(snapshots)} of {num_max} snapshots, and {why}")
    free.sort(key=lambda snapshot: (snapshot.status != "error", snapshot.sequence))
    return tuple(free[:surplus])


def as_listed(present: Iterable[Snapshot], unlisted: Sequence[StaleChange]) -> list[Snapshot]:
    """Return the snapshots that a list shows without these changes, oldest first."""
    hidden = {change.sequence for change in unlisted if change.removed is None}
    shown = [snapshot for snapshot in present if snapshot.sequence not in hidden]
    names = {(snapshot.type, snapshot.name) for snapshot in shown}
    gone = (change.removed for change in unlisted if change.removed is not None)
    shown += [snapshot for snapshot in gone if (snapshot.type, snapshot.name) not in names]
    return sorted(shown, key=lambda snapshot: snapshot.sequence)


def newer_than(snapshot: Snapshot, snapshots: Iterable[Snapshot]) -> tuple[Snapshot, ...]:
    """Return the snapshots that a restore of `snapshot` deletes: later ones of its type, even excluded ones (contract 4.4)."""
    return tuple(other for other in snapshots if other.sequence > snapshot.sequence)
