"""Snapshots, as pure rules: room, rotation, and what a restore deletes."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from invapi_emulator.domain.snapshots import (
    RotationSettings,
    Snapshot,
    SnapshotStatus,
    find_snapshot,
    newer_than,
    require_restorable,
    require_room,
    rotated_out,
)
from invapi_emulator.domain.virtual_machines import MachineState
from invapi_emulator.errors import SnapshotLimit, SnapshotNotFound, TaskFailed

STATE = MachineState(1000, 1, "disk", 1, None)


def a_snapshot(sequence: int, status: SnapshotStatus = "available") -> Snapshot:
    return Snapshot(1, "snapshot", f"s{sequence}", sequence, f"image-{sequence}", status, 1000, 0, STATE)


statuses = st.sampled_from(("available", "available", "error"))
lists = st.lists(statuses, max_size=8).map(
    lambda found: [a_snapshot(number, status) for number, status in enumerate(found)]  # type: ignore[arg-type]
)
excluded_names = st.lists(st.integers(0, 9).map(lambda number: f"s{number}"), max_size=6).map(tuple)
limits = st.integers(1, 8)


@given(lists, excluded_names, limits)
def test_rotation_never_exceeds_the_limit_or_takes_an_excluded_snapshot(
    snapshots: list[Snapshot], excluded: tuple[str, ...], limit: int
) -> None:
    try:
        gone = rotated_out(snapshots, RotationSettings(True, excluded), limit)
    except TaskFailed:
        free = [snapshot for snapshot in snapshots if snapshot.name not in excluded]
        assert len(snapshots) - len(free) + 1 > limit
        return
    assert len(snapshots) - len(gone) + 1 <= limit
    assert not {snapshot.name for snapshot in gone} & set(excluded)


@given(lists, excluded_names, limits)
def test_rotation_takes_the_minimum_and_never_a_newer_snapshot(
    snapshots: list[Snapshot], excluded: tuple[str, ...], limit: int
) -> None:
    try:
        gone = rotated_out(snapshots, RotationSettings(True, excluded), limit)
    except TaskFailed:
        assume(False)
    assert len(gone) == max(0, len(snapshots) + 1 - limit)
    kept = [s for s in snapshots if s not in gone and s.name not in excluded]
    for taken in gone:
        assert all(
            (taken.status == "error", -taken.sequence) >= (other.status == "error", -other.sequence)
            for other in kept
        )


@given(lists, excluded_names, limits)
def test_without_rotation_no_snapshot_is_removed(
    snapshots: list[Snapshot], excluded: tuple[str, ...], limit: int
) -> None:
    settings = RotationSettings(False, excluded)
    if len(snapshots) < limit:
        assert rotated_out(snapshots, settings, limit) == ()
    else:
        with pytest.raises(TaskFailed, match="rotation is off"):
            rotated_out(snapshots, settings, limit)


@given(lists, excluded_names, limits)
def test_an_accepted_create_can_rotate_unless_the_limit_was_lowered(
    snapshots: list[Snapshot], excluded: tuple[str, ...], limit: int
) -> None:
    assume(len(snapshots) <= limit)
    settings = RotationSettings(True, excluded)
    try:
        require_room(snapshots, settings, limit)
    except SnapshotLimit:
        assert len(snapshots) == limit
        assert {snapshot.name for snapshot in snapshots} <= set(excluded)
    else:
        rotated_out(snapshots, settings, limit)


@pytest.mark.clause("4.13")
def test_a_snapshot_in_error_rotates_first_is_found_and_cannot_be_restored() -> None:
    snapshots = [a_snapshot(1), a_snapshot(2), a_snapshot(3, "error")]
    assert rotated_out(snapshots, RotationSettings(True), 3) == (snapshots[2],)
    assert find_snapshot(snapshots, "s3", None) == snapshots[2]
    with pytest.raises(SnapshotNotFound, match="status error"):
        require_restorable(snapshots[2])
    with pytest.raises(SnapshotLimit):
        require_room(snapshots, RotationSettings(), 3)


@pytest.mark.clause("4.8")
@given(lists)
def test_newer_is_decided_by_sequence_even_if_all_ended_at_one_time(snapshots: list[Snapshot]) -> None:
    for snapshot in snapshots:
        newer = newer_than(snapshot, snapshots)
        assert [other.sequence for other in newer] == list(range(snapshot.sequence + 1, len(snapshots)))


class Name(str):
    """A name that counts how often it is compared."""

    __slots__ = ()
    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Name.compared += 1
        return str.__eq__(self, other)  # type: ignore[no-any-return, unused-ignore]


def test_each_name_is_compared_once_however_many_are_excluded() -> None:
    names = [Name(f"s{number}") for number in range(1000)]
    snapshots = [replace(a_snapshot(number), name=name) for number, name in enumerate(names)]
    settings = RotationSettings(True, tuple(Name(str(name)) for name in names))
    Name.compared = 0
    with pytest.raises(SnapshotLimit):
        require_room(snapshots, settings, 5)
    with pytest.raises(TaskFailed):
        rotated_out(snapshots, settings, 5)
    assert Name.compared <= 3 * len(names)
