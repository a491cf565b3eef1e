"""The account demo of a real server next to its model, and a neighbour that must not change."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition

from invapi_emulator.domain.instants import SECOND, parse_iso
from tests.fuzz.asked import Asked, Expected
from tests.fuzz.caller import Answer, Caller
from tests.fuzz.modelled_account import ModelledAccount
from tests.fuzz.told_events import ToldEvents
from tests.support.harness import SEED, Json
from tests.support.modelled_vm import CHANGING, ModelledVm, Work

API_KEY = "demo-api-key"
UNKNOWN_KEY = "k" * 32
LOOKS_NEXT_DOOR_EVERY = 5
"""Number of steps between looks at the neighbour. Each example ends with another look."""


@dataclass
class Bench:
    """State that outlives an example."""

    caller: Caller
    events: ToldEvents
    foreign_key: str


class DemoAndModel(RuleBasedStateMachine):
    bench: Bench

    @initialize()
    def start(self) -> None:
        self.caller = self.bench.caller
        self.neighbour = self.caller.neighbour()
        self.keys: list[str] = []
        self.steps = 0
        self.ended_before: list[tuple[str, str]] = []
        self.model = ModelledAccount(0, {})
        self.reset_to(SEED)

    def reset_to(self, seed: int | None) -> None:
        """Start the world again, and the model with it."""
        self.caller.control("POST", "/reset", {} if seed is None else {"seed": seed})
        self.ended_before += self.model.ended
        self.seen = self.look()
        vms = {vm_id: ModelledVm.seen(whole) for vm_id, whole in self.seen.items()}
        self.model = ModelledAccount(parse_iso(self.caller.look("/clock")["now"]), vms)

    def look(self) -> dict[int, Json]:
        return {whole["id"]: whole for whole in self.caller.look("/vms")["vms"]}

    def ask(self, asked: Asked, carry_out: Callable[[], str | None]) -> tuple[Answer, Expected]:
        """Make a call of the server and of the model. Compare the two."""
        expected = self.model.expect(asked, carry_out)
        answer = self.caller.call(asked)
        assert answer.cut == expected.cut, (answer, expected)
        if not answer.cut:
            assert answer.garbled == expected.garbled, (answer, expected)
            assert answer.status == expected.status, (answer, expected)
        if not answer.cut and not answer.garbled:
            assert answer.reason == expected.reason, (answer, expected)
            assert expected.reason is None or answer.body["code"] == expected.code, (answer, expected)
        return answer, expected

    def ask_of_vm(self, asked: Asked, work: Work, *, wrong_image: bool = False) -> tuple[Answer, Expected]:
        """Make a call about a VM. It starts a task if it is accepted, whatever answer the client reads."""

        def carry_out() -> str | None:
            vm = self.model.vms.get(asked.vm or 0)
            if vm is None:
                return "vm_not_found"
            return vm.refusal(asked.action, work.name, work.type, wrong_image=wrong_image)

        answer, expected = self.ask(asked, carry_out)
        if expected.done:
            shown = self.caller.look(f"/vms/{asked.vm}")["tasks"][-1]
            self.model.start(asked, work, shown, expected.on_task)
            self.keys.append(shown["key"])
            assert answer.body.get("callback", shown["key"]) == shown["key"]
        return answer, replace(expected, done=expected.done and bool(answer.body.get("callback")))

    def token(self) -> str:
        """Return a valid token, after a login if necessary. If that fails, it may be invalid."""
        if self.model.tokens.refusal(self.model.tokens.best(self.model.now), self.model.now):
            self.log_in_anew(10_800)
        return self.model.tokens.best(self.model.now)

    def log_in_anew(self, ttl: int, *, fixed: bool = False) -> None:
        asked = Asked("auth", "login", fields={"key": API_KEY, "ttl": ttl, "fix_ip": int(fixed)})
        answer, expected = self.ask(asked, lambda: None)
        if answer.body and expected.reason is None:
            ends_at = self.model.now + ttl * SECOND
            assert answer.body["result"]["token_expire"] == ends_at // SECOND
            self.model.tokens.logins[answer.body["result"]["token"]] = ends_at

    def key(self, number: int) -> str:
        """Return a key seen in this example, newest first; or the neighbour's, or one that never existed."""
        known = [*reversed(self.keys), self.bench.foreign_key, UNKNOWN_KEY]
        return known[number % len(known)]

    @invariant()
    def the_world_is_as_the_model_says(self) -> None:
        self.seen = self.look()
        assert self.seen.keys() == self.model.vms.keys()
        for vm_id, whole in self.seen.items():
            self.model.vms[vm_id].agrees_with(whole)
            self._tasks_agree(vm_id, whole)
            numbers = [int(row["snapshot_id"]) for row in whole["snapshots"]]
            assert numbers == sorted(set(numbers))

    def _tasks_agree(self, vm_id: int, whole: Json) -> None:
        """Assert that a locked VM has one changing task under way, the one that locks it, and others none."""
        jobs = [job for job in self.model.kept() if job.vm == vm_id]
        assert [(row["key"], row["state"]) for row in whole["tasks"]] == [
            (job.key, job.state) for job in jobs
        ]
        changing = [
            row["key"] for row in whole["tasks"] if row["state"] == "running" and row["action"] in CHANGING
        ]
        assert changing == ([] if whole["locked_by"] is None else [whole["locked_by"]])
        named = [(row["type"], row["name"]) for row in whole["snapshots"]]
        assert len(named) == len(set(named))

    @precondition(lambda self: self.model.rules)
    @invariant()
    def rules_have_fired_as_often_as_the_model_says(self) -> None:
        shown = self.caller.look("/faults")["faults"]
        assert [(rule["id"], rule["seen"], rule["fired"], rule["enabled"]) for rule in shown] == [
            (rule.id, rule.seen, rule.fired, rule.enabled) for rule in self.model.rules
        ]

    @invariant()
    def the_neighbour_is_as_it_was(self) -> None:
        self.steps += 1
        if self.steps % LOOKS_NEXT_DOOR_EVERY == 0:
            assert self.caller.neighbour() == self.neighbour

    def teardown(self) -> None:
        """Compare the events of the example with the model."""
        assert self.caller.neighbour() == self.neighbour
        told = self.bench.events.next_part()
        ended = [(event["task"], event["state"]) for event in told if event["kind"] == "task_ended"]
        assert ended == self.ended_before + self.model.ended
        assert not [event for event in told if event["kind"] == "gap"]


def listed_in(scope: str) -> list[str]:
    """Return the names of the snapshots in the list that a key yields."""
    return [row["name"] for row in json.loads(scope)["snapshots"]]
