"""Random calls and clock moves, against a simple model of what the world should be."""

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from harness import MORE, SEED, Emulator, Json, Running

VM = 12348
NUM_MAX = 4
names = st.sampled_from("abcdef")


@dataclass
class Model:
    """One VM as somebody would describe it on a napkin; a snapshot is its name and the disk it holds."""

    power: str
    snapshots: list[tuple[str, str]]
    rotation: bool
    excluded: tuple[str, ...]
    running: tuple[str, str, str] | None = None  # action, name, disk at the call
    states: dict[str, Any] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return any(name == found for found, _ in self.snapshots)

    def refusal_of_create(self, name: str) -> str | None:
        if self.running:
            return "vm_locked"
        if self.has(name):
            return "name_taken"
        full = len(self.snapshots) >= NUM_MAX
        stuck = all(found in self.excluded for found, _ in self.snapshots)
        return "snapshot_limit" if full and (stuck or not self.rotation) else None

    def refusal_of_change(self, name: str) -> str | None:
        if self.running:
            return "vm_locked"
        if not self.has(name):
            return "snapshot_not_found"
        return "vm_running" if self.power == "on" else None

    def refusal_of_power(self, action: str) -> str | None:
        if self.running:
            return "vm_locked"
        return "vm_not_running" if action == "reboot" and self.power == "off" else None

    def end(self) -> str:
        """Let the running task take effect; return how its check must say that it ended."""
        assert self.running is not None
        action, name, disk = self.running
        self.running = None
        match action:
            case "create_snapshot":
                return self.created(name, disk)
            case "remove_snapshot":
                self.snapshots = [found for found in self.snapshots if found[0] != name]
            case "restore_snapshot":
                place = [found for found, _ in self.snapshots].index(name)
                self.snapshots = self.snapshots[: place + 1]
            case _:
                self.power = "off" if action.endswith("off") else "on"
        return "OK"

    def created(self, name: str, disk: str) -> str:
        kept = list(self.snapshots)
        while len(kept) >= NUM_MAX:
            oldest = next((found for found in kept if found[0] not in self.excluded), None)
            if oldest is None or not self.rotation:
                return "Fail"
            kept.remove(oldest)
        self.snapshots = [*kept, (name, disk)]
        return "OK"


class Calls(RuleBasedStateMachine):
    emulator: Emulator

    @initialize()
    def start(self) -> None:
        self.emulator.reset(scenario="demo", seed=SEED)
        vm = self.emulator.whole(VM)
        held = [(row["name"], row["disk"]["fingerprint"]) for row in vm["snapshots"]]
        self.model = Model("off", held, rotation=True, excluded=("golden",))
        self.key = ""

    def accept(self, answer: Json, refusal: str | None, action: str, name: str, disk: str) -> None:
        assert answer.get("reason") == refusal, answer
        if refusal is None:
            self.key = answer["callback"]
            self.model.running = (action, name, disk)

    @rule(name=names)
    def create(self, name: str) -> None:
        disk = self.emulator.whole(VM)["disk"]["fingerprint"]
        refusal = self.model.refusal_of_create(name)
        answer = self.emulator.vm("create_snapshot", VM, name=name)
        self.accept(answer, refusal, "create_snapshot", name, disk)

    @rule(name=names | st.just("golden"), action=st.sampled_from(["remove_snapshot", "restore_snapshot"]))
    def change(self, name: str, action: str) -> None:
        refusal = self.model.refusal_of_change(name)
        self.accept(self.emulator.vm(action, VM, name=name), refusal, action, name, "")

    @rule(action=st.sampled_from(["on", "off", "hard_off", "reboot"]))
    def power(self, action: str) -> None:
        refusal = self.model.refusal_of_power(action)
        self.accept(self.emulator.eq(action, VM), refusal, action, "", "")

    @rule(enabled=st.booleans(), excluded=st.lists(names, max_size=4, unique=True))
    def settle(self, *, enabled: bool, excluded: list[str]) -> None:
        fields = {"enable_rotation": int(enabled), "exclude_rotation[]": excluded or ""}
        assert self.emulator.vm("update_restore_settings", VM, **fields)["result"] == "OK"
        self.model.rotation, self.model.excluded = enabled, tuple(excluded)

    @rule(seconds=st.floats(0, 60))
    def wait(self, seconds: float) -> None:
        events = self.emulator.advance(seconds)["events"]
        ended = {event["task"] for event in events if event["kind"] == "task_ended"}
        if self.model.running and self.key in ended:
            self.end()

    @rule()
    def wait_until_idle(self) -> None:
        self.emulator.advance(until="idle")
        if self.model.running:
            self.end()

    @rule()
    def import_the_export(self) -> None:
        before = self.emulator.control("GET", "/state")
        assert self.emulator.control("PUT", "/state", before)["keys"] == {}
        assert self.emulator.control("GET", "/state") == before

    def end(self) -> None:
        restored = (
            self.model.running if self.model.running and self.model.running[0] == "restore_snapshot" else None
        )
        assert self.emulator.check(self.key)["result"] == self.model.end()
        if restored is not None:
            held = dict(self.model.snapshots)[restored[1]]
            assert self.emulator.whole(VM)["disk"]["fingerprint"] == held

    @invariant()
    def the_world_is_as_the_model_says(self) -> None:
        vm = self.emulator.whole(VM)
        assert [(row["name"], row["disk"]["fingerprint"]) for row in vm["snapshots"]] == self.model.snapshots
        assert vm["power"] == self.model.power
        assert (vm["locked_by"] is not None) == (self.model.running is not None)
        assert len(vm["snapshots"]) <= NUM_MAX
        assert self.emulator.listed(VM) == [name for name, _ in self.model.snapshots]


@pytest.mark.clause("4.10", "4.12")
def test_random_calls_and_clock_moves_agree_with_the_model(server: Running, http: httpx.Client) -> None:
    class OnThisServer(Calls):
        emulator = Emulator(server, http)

    run_state_machine_as_test(
        OnThisServer, settings=settings(max_examples=20 * MORE, stateful_step_count=25, deadline=None)
    )
