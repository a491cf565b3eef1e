"""Read a world from parsed JSON in steps, so that other work can go on in between."""

from collections.abc import Generator, Iterable, Mapping
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from invapi_emulator.engine.faults.rules import MAX_RULES
from invapi_emulator.worlds.errors import error_at, invalid
from invapi_emulator.worlds.schema import (
    MAX_PARTS,
    ApiKeySpec,
    PowerChangeSpec,
    SettingsSpec,
    SnapshotSpec,
    SshKeySpec,
    UnlistedSpec,
    VmSpec,
    World,
)
from invapi_emulator.worlds.task_schema import TaskSpec

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

Steps: TypeAlias = Generator[None, None, T]
"""Work in steps, each a few milliseconds long. Its result is what the generator returns."""

_AT_A_TIME = 100
_LISTS: Mapping[str, type[BaseModel]] = {
    "power_changes": PowerChangeSpec,
    "snapshots": SnapshotSpec,
    "tasks": TaskSpec,
    "unlisted": UnlistedSpec,
}
_KEYS: Mapping[str, type[BaseModel]] = {"ssh_keys": SshKeySpec, "api_keys": ApiKeySpec}
_Place: TypeAlias = tuple[str | int, ...]


def reading(given: Any) -> Steps[World]:
    """Return the world; raise Unprocessable for the first mistake."""
    if not isinstance(given, dict):
        return _read(World, given, ())
    rules, given_vms = given.get("faults"), given.get("vms")
    if isinstance(rules, list) and len(rules) > MAX_RULES:
        raise error_at("faults", f"{len(rules)} rules", f"at most {MAX_RULES} are allowed")
    for name, kind in _KEYS.items():
        if isinstance(given.get(name), list):
            given = given | {name: (yield from _each(kind, enumerate(given[name]), (name,)))}
    if not isinstance(given_vms, list):
        return _read(World, given, ())
    vms = []
    for number, vm in enumerate(given_vms):
        parts = yield from _with_parts(vm, ("vms", number))
        vms.append(_read(VmSpec, parts, ("vms", number)))
        if number % _AT_A_TIME == 0:
            yield
    return _read(World, given | {"vms": ()}, ()).model_copy(update={"vms": tuple(vms)})


def taken(steps: Steps[T]) -> T | None:
    """Take a step. Return the result, which is never None, if it was the last one."""
    try:
        next(steps)
    except StopIteration as end:
        result: T = end.value
        return result
    return None


def at_once(steps: Steps[T]) -> T:
    """Take all steps, one after the other."""
    while (result := taken(steps)) is None:
        pass
    return result


def _with_parts(vm: Any, place: _Place) -> Steps[Any]:
    """Return the description of a VM with its parts read, which are then not read again."""
    if not isinstance(vm, dict):
        return vm
    read: dict[str, Any] = {}
    for name, kind in _LISTS.items():
        if isinstance(vm.get(name), list):
            _check_length(vm[name], (*place, name))
            read[name] = yield from _each(kind, enumerate(vm[name]), (*place, name))
    settings = vm.get("settings")
    if isinstance(settings, dict):
        specs = yield from _each(SettingsSpec, settings.items(), (*place, "settings"))
        read["settings"] = dict(zip(settings, specs, strict=True))
    return vm | read


def _check_length(items: list[Any], place: _Place) -> None:
    if place[-1] != "power_changes" and len(items) > MAX_PARTS:
        where = ".".join(map(str, place))
        raise error_at(where, f"{len(items)} entries", f"at most {MAX_PARTS} are allowed")


def _each(kind: type[M], items: Iterable[tuple[str | int, Any]], place: _Place) -> Steps[list[M]]:
    read: list[M] = []
    for name, item in items:
        read.append(_read(kind, item, (*place, name)))
        if len(read) % _AT_A_TIME == 0:
            yield
    return read


def _read(kind: type[M], given: Any, place: _Place) -> M:
    try:
        return kind.model_validate(given)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise invalid(first, (*place, *first["loc"])) from None
