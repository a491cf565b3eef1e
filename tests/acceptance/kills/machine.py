"""A client's knowledge of its VM, from acknowledged calls alone."""

from dataclasses import dataclass, field, replace
from typing import TypeAlias

from tests.support.harness import Json

NUM_MAX = 4

Disk: TypeAlias = tuple[int, str]
"""The generation and the fingerprint of a disk."""


@dataclass
class Held:
    """A snapshot. Its disk is None until it has been read."""

    name: str
    disk: Disk | None = None


@dataclass
class Pending:
    """A changing task that was acknowledged, but not its OK."""

    key: str
    action: str
    name: str = ""
    disk: Disk | None = None


@dataclass
class Machine:
    """A VM. `disk` is None while it cannot be known: the VM runs, or has run since it was last read."""

    id: int
    power: str = "off"
    disk: Disk | None = None
    snapshots: list[Held] = field(default_factory=list)
    rotation: int = 0
    excluded: list[str] = field(default_factory=list)
    pending: Pending | None = None

    def names(self) -> list[str]:
        return [held.name for held in self.snapshots]

    def refusal_of(self, action: str, name: str) -> str | None:
        """Return the reason why a changing call must be refused while nothing is pending."""
        match action:
            case "create_snapshot" if name in self.names():
                return "name_taken"
            case "create_snapshot":
                stuck = not self.rotation or all(held in self.excluded for held in self.names())
                return "snapshot_limit" if len(self.snapshots) >= NUM_MAX and stuck else None
            case "remove_snapshot" | "restore_snapshot" if name not in self.names():
                return "snapshot_not_found"
            case "remove_snapshot" | "restore_snapshot":
                return "vm_running" if self.power == "on" else None
            case "reboot":
                return "vm_not_running" if self.power == "off" else None
        return None

    def accepted(self, key: str, action: str, name: str) -> None:
        self.pending = Pending(key, action, name, self.disk if self.power == "off" else None)

    def afterwards(self) -> "Machine":
        """Return the VM after the end of the pending task. Snapshots that remain are the same objects."""
        assert self.pending is not None
        after = replace(self, snapshots=list(self.snapshots), pending=None)
        match self.pending.action:
            case "create_snapshot":
                after._add(Held(self.pending.name, self.pending.disk))
            case "remove_snapshot":
                after.snapshots = [held for held in after.snapshots if held.name != self.pending.name]
            case "restore_snapshot":
                place = self.names().index(self.pending.name)
                after.snapshots = self.snapshots[: place + 1]
                after.disk = self.snapshots[place].disk
            case "off" | "hard_off":
                after.power = "off"
            case _:
                after.power, after.disk = "on", None
        return after

    def _add(self, made: Held) -> None:
        while len(self.snapshots) >= NUM_MAX:
            free = next(held for held in self.snapshots if held.name not in self.excluded)
            self.snapshots.remove(free)
        self.snapshots.append(made)

    def must_be(self, view: Json) -> None:
        """Compare the control API's view with this knowledge, and learn what was unknown."""
        told = f"VM {self.id}: {self} / {view}"
        assert view["power"] == self.power, told
        assert view["locked_by"] == (self.pending and self.pending.key), told
        assert [row["name"] for row in view["snapshots"]] == self.names(), told
        settings = view["settings"]["snapshot"]
        known = (self.rotation, self.excluded)
        assert (settings["enable_rotation"], settings["exclude_rotation"]) == known, told
        for held, row in zip(self.snapshots, view["snapshots"], strict=True):
            held.disk = _same(held.disk, row["disk"], told)
        if self.power == "off":
            self.disk = _same(self.disk, view["disk"], told)
        if self.pending is not None and self.pending.action == "create_snapshot":
            self.pending.disk = _same(self.pending.disk, view["disk"], told)


def _same(known: Disk | None, shown: Json, told: str) -> Disk:
    disk = (shown["generation"], shown["fingerprint"])
    assert known in {None, disk}, told
    return disk
