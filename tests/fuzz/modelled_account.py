"""An account in the model: its clock, VMs, tasks, tokens and rules, and the effects of calls."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from invapi_emulator.domain.instants import DAY, SECOND, Instant, parse_iso
from tests.fuzz.asked import Asked, Expected
from tests.fuzz.modelled_rules import AFTER, BEFORE, CUTTING, ON_TASKS, ModelledRule, first
from tests.fuzz.modelled_tokens import ModelledTokens
from tests.support.harness import TOKEN, Json
from tests.support.modelled_vm import CHANGING, READING, ModelledVm, Work

STARTING = CHANGING | READING


@dataclass
class Job:
    """A task. `due` is None if it hangs; `told` is what it read at its end."""

    key: str
    vm: int
    work: Work
    due: Instant | None
    fault: str | None
    stale_for: Instant = 0
    state: str = "running"
    ended_at: Instant | None = None
    spent: bool = False
    told: list[str] | str | None = None

    def has_aged_out(self, now: Instant) -> bool:
        return self.ended_at is not None and self.ended_at + DAY <= now

    def check(self, now: Instant) -> str:
        """Return the result or the reason in the answer to a check. OK is answered only once."""
        if self.has_aged_out(now):
            return "key_not_found"
        if self.fault == "key_forgotten":
            return "fault"
        if self.spent:
            return "key_spent"
        self.spent = self.state == "done"
        return {"running": "Not ready", "failed": "Fail", "done": "OK"}[self.state]


@dataclass
class ModelledAccount:
    """The account. `ended` has the ended tasks, in order; `stale_until` is about lists of a VM."""

    now: Instant
    vms: dict[int, ModelledVm]
    tokens: ModelledTokens = field(default_factory=lambda: ModelledTokens(TOKEN))
    jobs: dict[str, Job] = field(default_factory=dict)
    rules: list[ModelledRule] = field(default_factory=list)
    ended: list[tuple[str, str]] = field(default_factory=list)
    stale_until: dict[int, Instant] = field(default_factory=dict)

    def expect(self, call: Asked, carry_out: Callable[[], str | None]) -> Expected:
        """Return the expected answer. `carry_out` applies the call's effect, or returns why it is refused."""
        bad_token = None if call.token is None else self.tokens.refusal(call.token, self.now)
        if bad_token is not None:
            return Expected(bad_token, code=-2)
        rule = first(self.rules, BEFORE, call)
        if rule is not None and rule.kind in CUTTING:
            return Expected(cut=True)
        expected = self._run_and_print(call, carry_out) if rule is None else self._instead(rule, call)
        return expected.after(first(self.rules, AFTER, call, accepted=expected.done))

    def _run_and_print(self, call: Asked, carry_out: Callable[[], str | None]) -> Expected:
        reason = carry_out()
        if reason is not None:
            return Expected(reason)
        on_task = first(self.rules, ON_TASKS, call) if call.action in STARTING else None
        return Expected(done=True, on_task=on_task)

    def _instead(self, rule: ModelledRule, call: Asked) -> Expected:
        expected = Expected("fault")
        match rule.kind:
            case "reject":
                return replace(expected, code=rule.ordered["code"])
            case "http_status":
                return replace(expected, status=rule.ordered["status"])
            case "rate_limit":
                return replace(expected, status=429)
        assert call.token is not None
        self.tokens.expire(call.token, self.now)
        return replace(expected, code=-2)

    def start(self, call: Asked, work: Work, shown: Json, rule: ModelledRule | None) -> None:
        """Record a task that has started, as the control API shows it. Its effect is never visible early."""
        assert call.vm is not None
        self.forget_aged_out()
        kind = None if rule is None else rule.kind
        assert (shown["action"], shown["state"], shown["fault"]) == (call.action, "running", kind)
        assert (shown["due_at"] is None) == (kind == "task_hangs")
        job = Job(
            shown["key"], call.vm, work, None if shown["due_at"] is None else parse_iso(shown["due_at"]), kind
        )
        if rule is not None and kind == "stale_list":
            job.stale_for = rule.ordered["seconds"] * SECOND
        self.jobs[job.key] = job
        if call.action in CHANGING:
            self.vms[call.vm].running = work

    def advance(self, now: Instant) -> list[tuple[str, str]]:
        """Let the time pass. Return the tasks that ended, and how, in the order of their due times."""
        running = [(job.due, job) for job in self.jobs.values() if job.state == "running"]
        due = [(at, number, job) for number, (at, job) in enumerate(running) if at is not None and at <= now]
        before = len(self.ended)
        for at, _, job in sorted(due, key=lambda each: each[:2]):
            self.end(job, at, fails=job.fault == "task_fails")
        self.now = now
        return self.ended[before:]

    def end(self, job: Job, at: Instant, *, fails: bool) -> None:
        vm = self.vms[job.vm]
        result = "Fail" if fails else "OK"
        if job.work.action in CHANGING and fails:
            vm.fail()
        elif job.work.action in CHANGING:
            result = vm.end()
        if job.stale_for and not fails:
            self.stale_until[job.vm] = max(self.stale_until.get(job.vm, 0), at + job.stale_for)
        job.ended_at, job.state = at, "done" if result == "OK" else "failed"
        job.told = self._told(job, vm, at)
        self.ended.append((job.key, job.state))

    def _told(self, job: Job, vm: ModelledVm, at: Instant) -> list[str] | str | None:
        if job.work.action == "status":
            return "VM is up now" if vm.power == "on" else "VM is down now"
        if job.work.action == "get_snapshot" and at >= self.stale_until.get(job.vm, 0):
            return [kept.name for kept in vm.of(job.work.type)]
        return None

    def kept(self) -> list[Job]:
        return [job for job in self.jobs.values() if not job.has_aged_out(self.now)]

    def forget_aged_out(self) -> None:
        self.jobs = {job.key: job for job in self.kept()}

    def hanging(self) -> list[str]:
        return [job.key for job in self.jobs.values() if job.state == "running" and job.due is None]

    def idle_at(self) -> Instant:
        running = [job.due for job in self.jobs.values() if job.state == "running" and job.due is not None]
        return max([self.now, *running])
