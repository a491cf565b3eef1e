"""Scenarios: the files beside this one, a large generated world, and the user's own file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from invapi_emulator.worlds.documents import parse
from invapi_emulator.worlds.schema import DiskSpec, VmSpec, World

LARGE = "large"
LARGE_FIRST_ID = 20_001
LARGE_COUNT = 1_000


SMALL_WORLD = 8 * 1024
"""Maximum number of bytes in the text of a world that is built beside others. Larger ones are built one at a time."""


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    world: World
    is_large: bool = False


@dataclass(frozen=True, slots=True)
class Scenarios:
    """The scenarios that a server knows. A file overrides a built-in scenario of the same name."""

    files: Mapping[str, Scenario] = field(default_factory=dict)

    def names(self) -> list[str]:
        return sorted({*scenario_names(), *self.files})

    def find(self, name: str) -> Scenario | None:
        if name in self.files:
            return self.files[name]
        return Scenario(name, scenario(name), name == LARGE) if name in scenario_names() else None


@cache
def scenario_names() -> tuple[str, ...]:
    files = [file.name for file in _folder().iterdir()]
    return tuple(sorted([LARGE, *(name.removesuffix(".yaml") for name in files if name.endswith(".yaml"))]))


@cache
def scenario(name: str) -> World:
    """Return a built-in world; the name must be one of `scenario_names`."""
    if name == LARGE:
        return World(vms=tuple(_one_of_many(LARGE_FIRST_ID + place) for place in range(LARGE_COUNT)))
    text = (_folder() / f"{name}.yaml").read_text(encoding="utf-8")
    return World.model_validate(parse(text))


def _folder() -> Traversable:
    return resources.files("invapi_emulator") / "worlds"


def _one_of_many(id_: int) -> VmSpec:
    return VmSpec(
        id=id_,
        engine="ovirt" if id_ % 3 == 0 else "openstack",
        power="off" if id_ % 2 == 0 else "on",
        disk=DiskSpec(size_gb=20 + 20 * (id_ % 4), used_gb=8 + id_ % 10),
    )
