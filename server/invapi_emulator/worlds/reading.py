"""Read a world from parsed JSON in steps, so that other work can go on in between."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from invapi_emulator.domain.account_keys import MOST_KEYS
from invapi_emulator.domain.billing import MOST_INVOICES
from invapi_emulator.engine.faults.rules import MAX_RULES
from invapi_emulator.worlds.billing_schema import MOST_ORDERS, InvoiceSpec, OrderSpec
from invapi_emulator.worlds.errors import error_at, invalid
from invapi_emulator.worlds.fault_schema import FaultSpec
from invapi_emulator.worlds.fields import MAX_POWER_CHANGES, MAX_STAGES, MAX_WORLD_PARTS
from invapi_emulator.worlds.schema import (
    MAX_PARTS,
    PARTS,
    ApiKeySpec,
    PowerChangeSpec,
    SettingsSpec,
    SnapshotSpec,
    SshKeySpec,
    UnlistedSpec,
    VmSpec,
    World,
)
from invapi_emulator.worlds.steps import Meter, Steps, values_in
from invapi_emulator.worlds.task_schema import TaskSpec

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

_VALUES_OF_RULES = 800
"""Number of values of rules in a step. Each name and value of a field is checked by itself."""
_RULE: TypeAdapter[Any] = TypeAdapter(FaultSpec)
_LISTS: Mapping[str, type[BaseModel]] = {
    "power_changes": PowerChangeSpec,
    "snapshots": SnapshotSpec,
    "tasks": TaskSpec,
    "unlisted": UnlistedSpec,
}
_COUNTED = ("snapshots", "settings", "tasks", "unlisted")
_SECTIONS: Mapping[str, tuple[type[BaseModel], str, int]] = {
    "ssh_keys": (SshKeySpec, "keys", MOST_KEYS),
    "api_keys": (ApiKeySpec, "keys", MOST_KEYS),
    "invoices": (InvoiceSpec, "invoices", MOST_INVOICES),
    "orders": (OrderSpec, "orders", MOST_ORDERS),
}
"""Sections that are lists: what each entry is, and how many there may be."""

_Place: TypeAlias = tuple[str | int, ...]


def reading(given: Any) -> Steps[World]:
    """Return the world; raise Unprocessable for the first mistake."""
    if not isinstance(given, dict):
        return _read(World, given, ())
    read: dict[str, Any] = {}
    for name, (kind, what, most) in _SECTIONS.items():
        if isinstance(given.get(name), list):
            _check_size(given[name], name, what, most)
            read[name] = tuple((yield from _each(kind, enumerate(given[name]), (name,), Meter())))
    if isinstance(given.get("vms"), list):
        read["vms"] = yield from _vms(given["vms"])
    if isinstance(given.get("faults"), list):
        _check_size(given["faults"], "faults", "rules", MAX_RULES)
        read["faults"] = yield from _rules(given["faults"])
    return _read(World, given | dict.fromkeys(read, ()), ()).model_copy(update=read)


def reading_vm(given: Any) -> Steps[VmSpec]:
    """Return the VM; raise Unprocessable for the first mistake."""
    parts = yield from _with_parts(given, (), Meter())
    return _read(VmSpec, parts, ())


def _check_size(items: list[Any], field: str, what: str, most: int) -> None:
    if len(items) > most:
        raise error_at(field, f"{len(items)} {what}", f"at most {most} are allowed")


def check_parts(size: int) -> None:
    if size > MAX_WORLD_PARTS:
        raise error_at("vms", f"{size} {PARTS}", f"at most {MAX_WORLD_PARTS} are allowed together")


def _parts_of(vm: Any) -> int:
    """Return how many PARTS a described VM and what it says to have are."""
    parts = [vm.get(name) for name in _COUNTED] if isinstance(vm, dict) else []
    return 1 + sum(len(part) for part in parts if isinstance(part, list | dict))


def _check_inner_parts(vms: list[Any]) -> None:
    """Check how many entries the lists have that VMs and their tasks have in lists."""
    changes = sum(map(len, _lists_in(vms, "power_changes")))
    stages = sum(len(of_task) for tasks in _lists_in(vms, "tasks") for of_task in _lists_in(tasks, "stages"))
    for size, what, most in (
        (changes, "changes of power", MAX_POWER_CHANGES),
        (stages, "stages of tasks", MAX_STAGES),
    ):
        if size > most:
            raise error_at("vms", f"{size} {what}", f"at most {most} are allowed together")


def _lists_in(items: list[Any], name: str) -> Iterator[list[Any]]:
    found = (item.get(name) for item in items if isinstance(item, dict))
    return (each for each in found if isinstance(each, list))


def _vms(given: list[Any]) -> Steps[tuple[VmSpec, ...]]:
    _check_size(given, "vms", "VMs", MAX_WORLD_PARTS)
    check_parts(sum(map(_parts_of, given)))
    _check_inner_parts(given)
    vms, meter = [], Meter()
    for number, vm in enumerate(given):
        parts = yield from _with_parts(vm, ("vms", number), meter)
        vms.append(_read(VmSpec, parts, ("vms", number)))
        if meter.is_full(values_in(parts)):
            yield
    return tuple(vms)


def _rules(given: list[Any]) -> Steps[tuple[Any, ...]]:
    rules, meter = [], Meter(_VALUES_OF_RULES)
    for number, rule in enumerate(given):
        rules.append(_read_by(_RULE.validate_python, rule, ("faults", number)))
        if meter.is_full(values_in(rule)):
            yield
    return tuple(rules)


def _with_parts(vm: Any, place: _Place, meter: Meter) -> Steps[Any]:
    """Return the description of a VM with its parts read, which are then not read again."""
    if not isinstance(vm, dict):
        return vm
    read: dict[str, Any] = {}
    for name, kind in _LISTS.items():
        if isinstance(vm.get(name), list):
            _check_length(vm[name], (*place, name))
            read[name] = yield from _each(kind, enumerate(vm[name]), (*place, name), meter)
    settings = vm.get("settings")
    if isinstance(settings, dict):
        specs = yield from _each(SettingsSpec, settings.items(), (*place, "settings"), meter)
        read["settings"] = dict(zip(settings, specs, strict=True))
    return vm | read


def _check_length(items: list[Any], place: _Place) -> None:
    if place[-1] != "power_changes" and len(items) > MAX_PARTS:
        where = ".".join(map(str, place))
        raise error_at(where, f"{len(items)} entries", f"at most {MAX_PARTS} are allowed")


def _each(
    kind: type[M], items: Iterable[tuple[str | int, Any]], place: _Place, meter: Meter
) -> Steps[list[M]]:
    read: list[M] = []
    for name, item in items:
        read.append(_read(kind, item, (*place, name)))
        if meter.is_full(values_in(item)):
            yield
    return read


def _read(kind: type[M], given: Any, place: _Place) -> M:
    return _read_by(kind.model_validate, given, place, kind)


def _read_by(
    validate: Callable[[Any], T], given: Any, place: _Place, model: type[BaseModel] | None = None
) -> T:
    try:
        return validate(given)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise invalid(first, (*place, *first["loc"]), model) from None
