"""A VM's last hour: a function of seed, VM, time, and of its power and task history (contract 4.15)."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from invapi_emulator.domain.instants import MINUTE, Instant, iso
from invapi_emulator.domain.virtual_machines import VirtualMachine

POINTS = 60
STEP_SECONDS = 60
HISTORY = (POINTS + 1) * MINUTE
"""No task that ended longer ago shows."""

SNAPSHOT_WORK_BYTES_PER_SECOND = 180_000_000

Span: TypeAlias = tuple[Instant, Instant]
Draw: TypeAlias = Callable[[str, int], float]
"""Answers a number in [0, 1) for a quantity and a minute."""


class _Minute(Struct, frozen=True):
    """One point: how much of it the VM ran and how much of it snapshots were worked on, both in [0, 1]."""

    number: int
    running: float
    working: float


def last_hour(vm: VirtualMachine, snapshot_work: Sequence[Span], now: Instant, draw: Draw) -> dict[str, Any]:
    """Return 60 points of a minute each, the last one being the minute that `now` is in or ends."""
    last = -(-now // MINUTE)
    powered = _powered_spans(vm, now)
    minutes = [
        _Minute(number, _share(number, now, powered), _share(number, now, snapshot_work))
        for number in range(last - POINTS, last)
    ]

    def noisy(what: str, low: float, high: float, work: float = 0) -> list[int]:
        return [
            round(minute.running * (low + (high - low) * draw(what, minute.number)) + minute.working * work)
            for minute in minutes
        ]

    work = SNAPSHOT_WORK_BYTES_PER_SECOND
    return {
        "from": iso((last - POINTS) * MINUTE),
        "step": STEP_SECONDS,
        "cpu": [min(100, percent) for percent in noisy("cpu", 3, 35)],
        "ram": {"used": noisy("ram", vm.memory_mb * 0.3, vm.memory_mb * 0.6), "total": vm.memory_mb},
        "disk": {
            "read": noisy("read", 20_000, 900_000, work),
            "write": noisy("write", 50_000, 2_000_000, work / 2),
        },
        "net": {"rx": noisy("rx", 2_000, 400_000), "tx": noisy("tx", 2_000, 600_000)},
    }


def _powered_spans(vm: VirtualMachine, now: Instant) -> list[Span]:
    """Return when the VM was on; before the first change it remembers, it was the opposite of that change."""
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


def _share(minute: int, now: Instant, spans: Sequence[Span]) -> float:
    start, end = minute * MINUTE, min((minute + 1) * MINUTE, now)
    covered = sum(max(0, min(end, until) - max(start, since)) for since, until in spans)
    return min(1.0, covered / max(end - start, 1))
