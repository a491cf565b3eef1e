"""Random calls of the control API: clock, faults, resets, imports, tasks ended by hand."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from invapi_emulator.domain.instants import SECOND, Instant, parse_iso
from tests.fuzz.demo_and_model import DemoAndModel
from tests.fuzz.modelled_rules import ModelledRule
from tests.support.harness import SEED, Json

DAY = 86_400
KINDS: list[Json] = [
    {"kind": "reject", "code": -17},
    {"kind": "expired_token"},
    {"kind": "http_status", "status": 503, "retry_after": 2},
    {"kind": "http_status", "status": 404},
    {"kind": "rate_limit", "budget": 2, "per": DAY},
    {"kind": "connection_reset"},
    {"kind": "empty_reply"},
    {"kind": "latency", "seconds": 0.01},
    {"kind": "truncated_body"},
    {"kind": "malformed_json"},
    {"kind": "lost_reply"},
    {"kind": "rejected_but_done"},
    {"kind": "task_fails", "at": 0.5},
    {"kind": "task_fails", "at": 1.0},
    {"kind": "task_hangs"},
    {"kind": "slow_task", "factor": 20},
    {"kind": "key_forgotten"},
    {"kind": "stale_list", "seconds": 100},
]
SELDOM = st.sampled_from([0, 0, 0, 1])
"""How often an action that starts everything again is taken when it is drawn."""
matches = st.sampled_from(
    [
        {}, {}, {}, {"action": "create_snapshot"}, {"action": "restore_snapshot"}, {"action": "check"}, {"id": 12348},
        {"id": 12346, "action": "get_snapshot"}, {"action": "off"}, {"action": "login"}, {"action": "list"},
    ]
)  # fmt: skip


class CallsOfTheControl(DemoAndModel):
    @rule(seconds=st.sampled_from([0, 0.001, 1, 5, 12, 40, 100, DAY]) | st.floats(0, 60))
    def wait(self, seconds: float) -> None:
        self.move({"seconds": seconds}, self.model.now + round(seconds * SECOND))

    @rule()
    def wait_until_idle(self) -> None:
        self.move({"until": "idle"}, self.model.idle_at())

    @rule(number=st.integers(0, 10))
    def wait_until_a_key(self, number: int) -> None:
        key = self.key(number)
        job = self.model.jobs.get(key)
        if job is None or job.has_aged_out(self.model.now):
            self.caller.control("POST", "/clock/advance", {"until": key}, status=404)
        elif job.state != "running":
            self.move({"until": key}, self.model.now)
        elif job.due is None:
            self.caller.control("POST", "/clock/advance", {"until": key}, status=409)
        else:
            self.move({"until": key}, job.due)

    def move(self, wanted: Json, to: Instant) -> None:
        """Move the clock. Tasks that end meanwhile end in the order of their due times."""
        answer = self.caller.control("POST", "/clock/advance", wanted)
        ended = [
            (event["task"], event["state"]) for event in answer["events"] if event["kind"] == "task_ended"
        ]
        assert ended == self.model.advance(to)
        assert parse_iso(answer["now"]) == to
        assert answer["hanging"] == self.model.hanging()

    @rule(
        kind=st.sampled_from(KINDS), match=matches, skip=st.sampled_from([0, 0, 1]),
        times=st.sampled_from([1, 1, 2, None]),
    )  # fmt: skip
    def order_a_fault(self, kind: Json, match: Json, skip: int, times: int | None) -> None:
        ordered = {**kind, "match": match, "skip": skip, "times": times}
        answer = self.caller.control("POST", "/faults", ordered, status=201)
        self.model.rules.append(ModelledRule(answer["id"], ordered))

    @precondition(lambda self: self.model.rules)
    @rule(number=st.integers(0, 5), enabled=st.sampled_from([None, None, False, True]))
    def change_a_rule(self, number: int, *, enabled: bool | None) -> None:
        """Switch a rule off or on, or delete it."""
        chosen = self.model.rules[number % len(self.model.rules)]
        path = f"/faults/{chosen.id}"
        if enabled is None:
            self.caller.control("DELETE", path, status=204)
            self.model.rules.remove(chosen)
            self.caller.control("DELETE", path, status=404)
        else:
            assert self.caller.control("PATCH", path, {"enabled": enabled})["enabled"] is enabled
            chosen.enabled = enabled

    @rule(number=st.integers(0, 10), how=st.sampled_from(["complete", "fail"]))
    def end_by_hand(self, number: int, how: str) -> None:
        key = self.key(number)
        job = self.model.jobs.get(key)
        path, body = f"/tasks/{key}/{how}", {"error": "by hand"} if how == "fail" else None
        if job is None or job.has_aged_out(self.model.now):
            self.caller.control("POST", path, body, status=404)
        elif job.state != "running":
            self.caller.control("POST", path, body, status=409)
        else:
            self.model.end(job, self.model.now, fails=how == "fail")
            assert self.caller.control("POST", path, body)["state"] == job.state

    @rule(times=SELDOM, seed=st.sampled_from([None, SEED, 11]))
    def reset(self, times: int, seed: int | None) -> None:
        for _ in range(times):
            self.reset_to(seed)

    @rule(times=SELDOM)
    def import_the_export(self, times: int) -> None:
        for _ in range(times):
            self.import_once()

    def import_once(self) -> None:
        before: Any = self.caller.look("/state")
        assert self.caller.control("PUT", "/state", before)["keys"] == {}
        self.model.forget_aged_out()
        assert self.caller.look("/state") == before
