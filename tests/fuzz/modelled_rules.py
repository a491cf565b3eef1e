"""Fault rules as described in docs/reference/faults.md: which rule fires on a call, and what it counts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from tests.support.harness import Json

BEFORE = ("reject", "expired_token", "http_status", "rate_limit", "connection_reset", "empty_reply")
AFTER = ("latency", "truncated_body", "malformed_json", "lost_reply", "rejected_but_done")
ON_TASKS = ("task_fails", "task_hangs", "slow_task", "key_forgotten", "stale_list")
CUTTING = ("connection_reset", "empty_reply", "truncated_body", "lost_reply")
LISTED = ("create_snapshot", "remove_snapshot", "restore_snapshot")


class Call(Protocol):
    """The call that a rule sees."""

    @property
    def action(self) -> str: ...
    @property
    def token(self) -> str | None: ...
    @property
    def vm(self) -> int | None: ...


@dataclass
class ModelledRule:
    """A rule as ordered, with `match` and numbers, and its counts. `used` is for a rate limit."""

    id: int
    ordered: Json
    enabled: bool = True
    seen: int = 0
    fired: int = 0
    used: int = 0
    match: Json = field(init=False)

    def __post_init__(self) -> None:
        self.match = self.ordered.get("match", {})

    @property
    def kind(self) -> str:
        return str(self.ordered["kind"])

    def is_asked(self, call: Call, *, accepted: bool) -> bool:
        used_up = self.ordered["times"] is not None and self.fired >= self.ordered["times"]
        passed_over = (
            (self.kind == "expired_token" and call.token is None)
            or (self.kind == "rejected_but_done" and not accepted)
            or (self.kind == "stale_list" and call.action not in LISTED)
        )
        matches = self.match.get("action") in (None, call.action) and self.match.get("id") in (None, call.vm)
        return self.enabled and not used_up and not passed_over and matches

    def fires(self) -> bool:
        """Count a call that the rule is asked about."""
        self.seen += 1
        if self.seen <= self.ordered["skip"]:
            return False
        if self.kind == "rate_limit" and self.used < self.ordered["budget"]:
            self.used += 1
            return False
        self.fired += 1
        return True


def first(
    rules: Iterable[ModelledRule], kinds: tuple[str, ...], call: Call, *, accepted: bool = True
) -> ModelledRule | None:
    """Return the first rule of these kinds that fires on this call, in the order they were written."""
    for rule in rules:
        if rule.kind in kinds and rule.is_asked(call, accepted=accepted) and rule.fires():
            return rule
    return None
