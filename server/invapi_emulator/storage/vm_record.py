"""How a VM is stored."""

from collections.abc import Mapping
from typing import Any

from msgspec import to_builtins
from msgspec.structs import astuple

from invapi_emulator.domain.tags import Tag, Tags, size_of
from invapi_emulator.domain.virtual_machines import Cancellation, MachineState, VirtualMachine
from invapi_emulator.storage.record import Record
from invapi_emulator.storage.tables import STATE_COLUMNS, vm

STATE_PATHS: Mapping[str, str] = {name: f"state.{name}" for name in STATE_COLUMNS}


def read_tags(stored: list[list[Any]]) -> Tags:
    return tuple([Tag(*parts) for parts in stored])


def _read(columns: dict[str, Any]) -> VirtualMachine:
    state = MachineState(*[columns.pop(name) for name in STATE_COLUMNS])
    columns["tags"] = read_tags(columns["tags"])
    columns["power_changes"] = tuple([(at, power) for at, power in columns["power_changes"]])
    if columns["cancellation"] is not None:
        columns["cancellation"] = Cancellation(**columns["cancellation"])
    del columns["ends_at"]
    return VirtualMachine(**columns, state=state)


def _written_tags(machine: VirtualMachine) -> list[tuple[Any, ...]]:
    return [astuple(tag) for tag in machine.tags]


def _weight(machine: VirtualMachine) -> int:
    """Return how many values a VM counts as in memory. Ten changes of power take a kilobyte."""
    return 1 + size_of(machine.tags) // 1_000 + len(machine.power_changes) // 10


VM = Record(
    vm,
    ("id",),
    part=1,
    read=_read,
    changing=(
        "hostname",
        "created_at",
        "tags",
        "power",
        "power_changes",
        "running_since",
        "locked_by",
        "started",
        *STATE_COLUMNS,
        "phase",
        "cancellation",
        "ends_at",
    ),
    paths=STATE_PATHS,
    computed={"tags": _written_tags, "cancellation": lambda of: to_builtins(of.cancellation)},
    weight=_weight,
)
