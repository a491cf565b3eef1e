"""Random calls and clock moves, compared with a simple model of the world."""

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.support.harness import MORE, SEED, Emulator, Json, Running
from tests.support.modelled_vm import ModelledVm, Rotation, Work

VM = 12348
names = st.sampled_from("abcdef")


class Calls(RuleBasedStateMachine):
    emulator: Emulator

    @initialize()
    def start(self) -> None:
        self.emulator.reset(scenario="demo", seed=SEED)
        self.model = ModelledVm.seen(self.emulator.vm(VM))
        self.key = ""

    def accept(self, answer: Json, refusal: str | None, work: Work) -> None:
        assert answer.get("reason") == refusal, answer
        if refusal is None:
            self.key = answer["callback"]
            self.model.running = work

    @rule(name=names)
    def create(self, name: str) -> None:
        disk = self.emulator.vm(VM)["disk"]["fingerprint"]
        refusal = self.model.refusal("create_snapshot", name)
        answer = self.emulator.call_vm("create_snapshot", VM, name=name)
        self.accept(answer, refusal, Work("create_snapshot", name, disk=disk))

    @rule(name=names | st.just("golden"), action=st.sampled_from(["remove_snapshot", "restore_snapshot"]))
    def change(self, name: str, action: str) -> None:
        refusal = self.model.refusal(action, name)
        self.accept(self.emulator.call_vm(action, VM, name=name), refusal, Work(action, name))

    @rule(action=st.sampled_from(["on", "off", "hard_off", "reboot"]))
    def power(self, action: str) -> None:
        refusal = self.model.refusal(action)
        self.accept(self.emulator.eq(action, VM), refusal, Work(action))

    @rule(enabled=st.booleans(), excluded=st.lists(names, max_size=4, unique=True))
    def settle(self, *, enabled: bool, excluded: list[str]) -> None:
        fields = {"enable_rotation": int(enabled), "exclude_rotation[]": excluded or ""}
        assert self.emulator.call_vm("update_restore_settings", VM, **fields)["result"] == "OK"
        self.model.settings["snapshot"] = Rotation(enabled, tuple(excluded))

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
        assert self.emulator.check(self.key)["result"] == self.model.end()

    @invariant()
    def the_world_is_as_the_model_says(self) -> None:
        self.model.agrees_with(self.emulator.vm(VM))
        assert self.emulator.listed(VM) == [kept.name for kept in self.model.of()]


@pytest.mark.no_cover
@pytest.mark.clause("4.10", "4.12")
def test_random_calls_and_clock_moves_agree_with_the_model(server: Running, http: httpx.Client) -> None:
    class OnThisServer(Calls):
        emulator = Emulator(server, http)

    run_state_machine_as_test(
        OnThisServer, settings=settings(max_examples=20 * MORE, stateful_step_count=25, deadline=None)
    )
