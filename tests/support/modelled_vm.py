"""A simple model of one VM: what it refuses, and what finished work leaves behind."""

from dataclasses import dataclass, field

from tests.support.harness import Json

NUM_MAX = 4
DEFAULT_TYPE = "snapshot"
OF_SNAPSHOTS = {
    "create_snapshot", "get_snapshot", "remove_snapshot", "restore_snapshot", "update_restore_settings",
}  # fmt: skip
READING = {"get_snapshot", "load_stats", "status"}
CHANGING = {"create_snapshot", "remove_snapshot", "restore_snapshot", "on", "off", "hard_off", "reboot"}


@dataclass(frozen=True)
class Snapshot:
    """A snapshot: its name and the disk in it, by fingerprint."""

    name: str
    disk: str
    status: str = "available"


@dataclass(frozen=True)
class Rotation:
    enabled: bool = False
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True)
class Work:
    """A changing task under way. `disk` is the VM's at the time of the call."""

    action: str
    name: str = ""
    type: str = DEFAULT_TYPE
    disk: str = ""


@dataclass
class ModelledVm:
    """Lists and settings by type of snapshot, oldest snapshot first. `disk` is known after a restore."""

    kind: str
    power: str
    lists: dict[str, list[Snapshot]]
    settings: dict[str, Rotation] = field(default_factory=dict)
    running: Work | None = None
    disk: str | None = None

    @classmethod
    def seen(cls, whole: Json) -> "ModelledVm":
        """Return the model of an idle VM, as the control API shows it."""
        settings = {
            type_: Rotation(bool(shown["enable_rotation"]), tuple(shown["exclude_rotation"]))
            for type_, shown in whole["settings"].items()
        }
        return cls(whole["kind"], whole["power"], lists_in(whole), settings)

    def of(self, type_: str = DEFAULT_TYPE) -> list[Snapshot]:
        return self.lists.get(type_, [])

    def named(self, name: str, type_: str = DEFAULT_TYPE) -> Snapshot | None:
        return next((snapshot for snapshot in self.of(type_) if snapshot.name == name), None)

    def rotation(self, type_: str = DEFAULT_TYPE) -> Rotation:
        return self.settings.get(type_, Rotation())

    def refusal(
        self, action: str, name: str = "", type_: str = DEFAULT_TYPE, *, wrong_image: bool = False
    ) -> str | None:
        """Return the reason why an action is refused, or None."""
        if action in OF_SNAPSHOTS and self.kind == "VDS":
            return "not_supported"
        if action in CHANGING and self.running:
            return "vm_locked"
        match action:
            case "create_snapshot":
                return self._refusal_of_create(name, type_)
            case "remove_snapshot" | "restore_snapshot":
                return self._refusal_of_change(action, self.named(name, type_), wrong_image=wrong_image)
            case "reboot" if self.power == "off":
                return "vm_not_running"
        return None

    def _refusal_of_create(self, name: str, type_: str) -> str | None:
        if self.named(name, type_):
            return "name_taken"
        full = len(self.of(type_)) >= NUM_MAX
        return "snapshot_limit" if full and self._goes_next(self.of(type_), type_) is None else None

    def _refusal_of_change(self, action: str, found: Snapshot | None, *, wrong_image: bool) -> str | None:
        if found is None:
            return "snapshot_not_found"
        if wrong_image:
            return "image_mismatch"
        if action == "restore_snapshot" and found.status == "error":
            return "snapshot_not_found"
        return "vm_running" if self.power == "on" else None

    def end(self) -> str:
        """Apply the effect of the running work. Return the expected end of its check."""
        work, self.running = self.running, None
        assert work is not None
        match work.action:
            case "create_snapshot":
                return "OK" if self._list(Snapshot(work.name, work.disk), work.type) else "Fail"
            case "remove_snapshot":
                self.lists[work.type] = [kept for kept in self.of(work.type) if kept.name != work.name]
            case "restore_snapshot":
                place = [kept.name for kept in self.of(work.type)].index(work.name)
                self.lists[work.type] = self.of(work.type)[: place + 1]
                self.disk = self.of(work.type)[place].disk
            case _:
                self.disk = None
                self.power = "off" if work.action.endswith("off") else "on"
        return "OK"

    def fail(self) -> None:
        """Let the running work fail halfway. A create leaves its snapshot in error, if there is room."""
        work, self.running = self.running, None
        assert work is not None
        if work.action == "create_snapshot":
            self._list(Snapshot(work.name, work.disk, "error"), work.type)
        if work.action == "restore_snapshot":
            self.disk = None

    def agrees_with(self, whole: Json) -> None:
        """Assert that the control API shows the VM as in the model."""
        assert lists_in(whole) == {type_: kept for type_, kept in self.lists.items() if kept}
        assert whole["power"] == self.power
        assert self.disk in (None, whole["disk"]["fingerprint"])
        assert (whole["locked_by"] is not None) == (self.running is not None)
        assert all(len(kept) <= NUM_MAX for kept in self.lists.values())

    def _list(self, new: Snapshot, type_: str) -> bool:
        kept = list(self.of(type_))
        while len(kept) >= NUM_MAX:
            oldest = self._goes_next(kept, type_)
            if oldest is None:
                return False
            kept.remove(oldest)
        self.lists[type_] = [*kept, new]
        return True

    def _goes_next(self, kept: list[Snapshot], type_: str) -> Snapshot | None:
        """Return the first snapshot that rotation takes: one in error, or else the oldest not excluded."""
        rotation = self.rotation(type_)
        free = [snapshot for snapshot in kept if snapshot.name not in rotation.excluded]
        broken = [snapshot for snapshot in free if snapshot.status == "error"]
        return next(iter(broken + free), None) if rotation.enabled else None


def lists_in(whole: Json) -> dict[str, list[Snapshot]]:
    """Return a VM's snapshots by type, as the control API shows them."""
    lists: dict[str, list[Snapshot]] = {}
    for row in whole["snapshots"]:
        found = Snapshot(row["name"], row["disk"]["fingerprint"], row["status"])
        lists.setdefault(row["type"], []).append(found)
    return lists
