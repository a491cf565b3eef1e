"""Statistics of a VM's last hour: a function of seed, VM, time, power and tasks (contract 4.15)."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from invapi_emulator.domain.instants import MINUTE, Instant, iso
from invapi_emulator.domain.virtual_machines import VirtualMachine

POINTS = 60
STEP_SECONDS = 60
HISTORY = (POINTS + 1) * MINUTE
"""Tasks that ended longer ago do not show."""

SNAPSHOT_WORK_BYTES_PER_SECOND = 180_000_000

Span: TypeAlias = tuple[Instant, Instant]
Point: TypeAlias = tuple[int, ...]
"""The figures of a minute, one for each of the QUANTITIES: percent, MiB, or bytes a second."""

QUANTITIES = ("cpu", "ram", "read", "write", "rx", "tx")


def last_hour(
    vm: VirtualMachine,
    snapshot_work: Sequence[Span],
    now: Instant,
    point_of: Callable[[int, float, float], Point],
) -> dict[str, Any]:
    """Return 60 points, one a minute. The last is the minute that `now` is in or ends.

    `point_of(minute, running, working)` returns the point of a minute.
    """
    last = -(-now // MINUTE)
    minutes = range(last - POINTS, last)
    running, working = _shares(minutes, now, _powered_spans(vm, now)), _shares(minutes, now, snapshot_work)
    cpu, ram, read, write, rx, tx = map(list, zip(*map(point_of, minutes, running, working), strict=True))
    return {
        "from": iso((last - POINTS) * MINUTE),
        "step": STEP_SECONDS,
        "cpu": cpu,
        "ram": {"used": ram, "total": vm.memory_mb},
        "disk": {"read": read, "write": write},
        "net": {"rx": rx, "tx": tx},
    }


def point(drawn: Sequence[float], memory_mb: int, running: float, working: float) -> Point:
    """Return the point of a minute. The VM ran, and snapshots were worked on, for these shares of it.

    `drawn` are numbers in [0, 1), one for each of the QUANTITIES.
    """
    work = SNAPSHOT_WORK_BYTES_PER_SECOND
    bounds = (
        (3, 35, 0),
        (memory_mb * 0.3, memory_mb * 0.6, 0),
        (20_000, 900_000, work),
        (50_000, 2_000_000, work / 2),
        (2_000, 400_000, 0),
        (2_000, 600_000, 0),
    )
    return tuple(
        round(running * (low + (high - low) * share) + working * extra)
        for share, (low, high, extra) in zip(drawn, bounds, strict=True)
    )


def _powered_spans(vm: VirtualMachine, now: Instant) -> list[Span]:
    """Return the spans in which the VM was on. Before its first recorded change it was the opposite."""
    if not vm.power_changes:
        return [(0, now)] if vm.power == "on" else []
    spans, since = [], None if vm.power_changes[0][1] == "on" else 0
    for at, power in vm.power_changes:
        if power == "on":
            since = at
        elif since is not None:
            spans.append((since, at))
            since = None
    return spans if since is None else [*spans, (since, now)]


def _shares(minutes: range, now: Instant, spans: Sequence[Span]) -> list[float]:
    """Return the share of each minute that lies within a span, in [0, 1]."""
    covered = [0] * len(minutes)
    begin = minutes.start * MINUTE
    for since, until in spans:
        start, end = max(since, begin) - begin, min(until, now) - begin
        if start >= end:
            continue
        first, last = start // MINUTE, (end - 1) // MINUTE
        for number in range(first, last + 1):
            covered[number] += MINUTE
        covered[first] -= start - first * MINUTE
        covered[last] -= (last + 1) * MINUTE - end
    lasted = [MINUTE] * (len(minutes) - 1) + [now - (minutes.stop - 1) * MINUTE]
    return [min(1.0, part / whole) for part, whole in zip(covered, lasted, strict=True)]
