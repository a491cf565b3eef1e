"""Random calls and clock moves, compared with a simple model of the world."""

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.support.account_objects import add_api_key, add_ssh_key, log_in, params
from tests.support.harness import MORE, SEED, Emulator, Json, Running
from tests.support.modelled_objects import ModelledObjects
from tests.support.modelled_vm import ModelledVm, Rotation, Work

VM = 12348
names = st.sampled_from("abcdef")


class Calls(RuleBasedStateMachine):
    emulator: Emulator

    @initialize()
    def start(self) -> None:
        self.emulator.reset(scenario="demo", seed=SEED)
        self.model = ModelledVm.seen(self.emulator.vm(VM))
        self.objects = ModelledObjects.seen(self.emulator, VM)
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

    @rule(
        name=st.sampled_from(["a", "role", "hostname"]), value=st.sampled_from(["x", "y-2", "z.example.com"])
    )
    def set_tag(self, name: str, value: str) -> None:
        answer = self.emulator.call("tags", "add", id=VM, tag=name, value=value)
        if name == "hostname" and self.model.running:
            assert answer["reason"] == "vm_locked"
            return
        self.objects.set_tag(name, value)
        assert answer["id"] == self.objects.tags[name][0]

    @rule(name=st.sampled_from(["a", "role", "hostname"]))
    def remove_tag(self, name: str) -> None:
        answer = self.emulator.call("tags", "remove", component_id=VM, tag=name)
        if name == "hostname":
            assert answer["reason"] == "invalid_parameter"
            return
        known = self.objects.tags.pop(name, None)
        assert answer.get("reason") == (None if known else "tag_not_found")

    @rule(hostname=st.sampled_from(["p", "q"]))
    def rename(self, hostname: str) -> None:
        answer = self.emulator.eq("rename_server", VM, hostname=hostname)
        assert answer.get("reason") == ("vm_locked" if self.model.running else None)
        if not self.model.running:
            self.objects.set_tag("hostname", hostname)

    @rule(default=st.booleans())
    def add_ssh_key(self, *, default: bool) -> None:
        made = add_ssh_key(self.emulator, default=int(default))
        assert made["id"] == self.objects.add_ssh_key(default=default)

    @rule(number=st.integers(5, 16))
    def delete_ssh_key(self, number: int) -> None:
        answer = self.emulator.call("ssh_keys", "delete", id=number)
        known = self.objects.ssh_keys.pop(number, None)
        assert answer.get("reason") == (None if known is not None else "ssh_key_not_found")

    @rule(server=st.sampled_from([None, VM]))
    def add_api_key(self, server: int | None) -> None:
        made = add_api_key(self.emulator, **({} if server is None else {"server_id": server}))
        assert made["id"] == self.objects.next_id()
        self.objects.api_keys[made["id"]] = server
        self.objects.secrets[made["id"]] = made["api_key"]
        servers = log_in(self.emulator, made["api_key"])["result"]["servers"]
        assert (len(servers) == 1) == (server is not None)

    @rule(number=st.integers(5, 16))
    def delete_api_key(self, number: int) -> None:
        answer = self.emulator.call("api_keys", "delete", **params(id=number))
        secret = self.objects.secrets.pop(number, None)
        self.objects.api_keys.pop(number, None)
        assert answer.get("reason") == (None if secret else "api_key_not_found")
        if secret:
            assert log_in(self.emulator, secret)["reason"] == "invalid_api_key"

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
        issued = self.emulator.control("PUT", "/state", before)["keys"]
        assert issued.keys() == {f"api_keys.{number}" for number in self.objects.api_keys}
        new = {number: issued[f"api_keys.{number}"] for number in self.objects.api_keys}
        assert not set(new.values()) & set(self.objects.secrets.values())
        self.objects.secrets = new
        assert self.emulator.control("GET", "/state") == before

    def end(self) -> None:
        assert self.emulator.check(self.key)["result"] == self.model.end()

    @invariant()
    def the_world_is_as_the_model_says(self) -> None:
        self.model.agrees_with(self.emulator.vm(VM))
        self.objects.agrees_with(self.emulator, VM)
        assert self.emulator.listed(VM) == [kept.name for kept in self.model.of()]


@pytest.mark.no_cover
@pytest.mark.clause("4.10", "4.12", "10.1", "10.2", "10.3", "10.4")
def test_random_calls_and_clock_moves_agree_with_the_model(server: Running, http: httpx.Client) -> None:
    class OnThisServer(Calls):
        emulator = Emulator(server, http)

    run_state_machine_as_test(
        OnThisServer, settings=settings(max_examples=20 * MORE, stateful_step_count=25, deadline=None)
    )
