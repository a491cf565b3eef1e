"""Walks the plan: makes its calls, keeps their answers, and notes what must be undone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from invapi_conformance.answers import Answer, Row, rows_in, whole_in
from invapi_conformance.facts import Facts
from invapi_conformance.order_offer import Offer
from invapi_conformance.probe import Probe
from invapi_conformance.requests import Value
from invapi_conformance.table import CannotTell

READING = frozenset({"get_snapshot", "status", "load_stats"})
LOOKS = 8
"""How many times a list is read again if it does not show an ended task yet."""


class StepFailed(Exception):
    """A step that later steps need was refused or failed."""


class GaveUp(StepFailed):
    """Another try would take as long again."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a run may do. To restore is to change. `most` is what orders may cost, in the account's currency."""

    changes: bool = False
    settings: bool = False
    power: bool = False
    restore: bool = False
    objects: bool = False
    rename: bool = False
    orders: bool = False
    most: Decimal = Decimal(0)

    @property
    def anything(self) -> bool:
        return any(
            (self.changes, self.settings, self.power, self.restore, self.objects, self.rename, self.orders)
        )


@dataclass
class Ordering:
    """The order of a run. `is_unsure` tells that one may have been made without an answer that says so.

    `invoice` and `server` are those of the order, once known.
    """

    may_exist: bool = False
    is_unsure: bool = False
    has_failed: bool = False
    invoice: int | None = None
    server: int | None = None

    def learn(self, end: Answer) -> None:
        """Take what the last check of the deploy says. A key that is not found says nothing."""
        if end.field("result") == "OK":
            self.server = whole_in(end.field("context", "id"))
        self.has_failed = end.field("result") in {"Error", "Fail"}


@dataclass
class Walk:
    """What must be undone is noted before the call that does it, because its answer may be lost.

    `pending` are the keys of changing tasks under way, with their actions.
    """

    probe: Probe
    facts: Facts
    allowed: Allowed
    pending: dict[str, str] = field(default_factory=dict)
    snapshot_may_exist: bool = False
    removed: bool = False
    settings_changed: bool = False
    power_changed: bool = False
    power_unsure: bool = False
    ssh_key_may_exist: bool = False
    tag_may_exist: bool = False
    renamed: bool = False
    offer: Offer | None = None
    order: Ordering = field(default_factory=Ordering)

    @property
    def offered(self) -> Offer:
        assert self.offer is not None, "a plan with orders has an offer"
        return self.offer

    @property
    def own(self) -> str:
        return self.probe.own

    def ask(self, step: str, module: str, action: str, /, **fields: Value) -> Answer:
        """Make a call about the VM, and keep the answer under a name."""
        answer = self.send(step, module, action, **{"id": self.probe.access.vm, **fields})
        if answer.key is not None and action not in READING:
            self.pending[answer.key] = action
        return answer

    def send(self, step: str, module: str, action: str, /, **fields: Value) -> Answer:
        """Make a call about something else than the VM, and keep the answer under a name."""
        answer = self.probe.call(module, action, **fields)
        self.probe.steps[step] = answer
        return answer

    def task(
        self,
        step: str,
        module: str,
        action: str,
        /,
        *,
        meanwhile: Callable[[], None] | None = None,
        **fields: Value,
    ) -> None:
        """Start a task and follow it to its end. Raises StepFailed unless it is accepted and ends well."""
        asked = self.ask(f"{step}.asked", module, action, **fields)
        if asked.key is None:
            raise StepFailed(f"{module}/{action} was refused: {asked.message}")
        if meanwhile is not None:
            meanwhile()
        steps = self.probe.steps
        steps[f"{step}.first"] = self.probe.checked(asked.key)
        steps[f"{step}.end"] = self.ended(asked.key, steps[f"{step}.first"])
        if steps[f"{step}.end"].field("result") != "OK":
            raise StepFailed(f"{module}/{action} did not end well: {steps[f'{step}.end'].message}")
        steps[f"{step}.again"] = self.probe.check(asked.key)

    def ended(self, key: str, first: Answer | None = None) -> Answer:
        """Follow a task to its end."""
        try:
            answer = first
            if answer is None or answer.field("result") != "OK":
                answer = self.probe.followed(key)[1]
        except CannotTell as why:
            raise StepFailed(str(why)) from None
        action = self.pending.pop(key, "")
        if action == "order_instance":
            self.order.learn(answer)
        if action == "remove_snapshot" and answer.field("result") == "OK":
            self.removed = True
        return answer

    def wait_if_taken(self, name: str) -> bool:
        """Wait for a task that should have been refused. Return whether there was one."""
        key = self.probe.steps[name].key
        if key is not None:
            self.ended(key)
        return key is not None

    def listed(self, name: str, *, until: Callable[[list[object]], bool] = lambda _: True) -> list[Row]:
        """Read the list, again if it does not show what is expected yet. Return its rows."""
        for _ in range(LOOKS):
            answer = self.ask(name, "vm", "get_snapshot")
            rows = self._rows(answer)
            if until([row.get("name") for row in rows]):
                break
            if answer.key is not None:  # the list of the key is newer
                self.probe.steps[name] = end = self.ended(answer.key)
                rows = self._rows(end)
                if until([row.get("name") for row in rows]):
                    break
            self.probe.stop.pause(self.probe.patience.poll_seconds)
        return rows

    def _rows(self, answer: Answer) -> list[Row]:
        rows = rows_in(answer)
        if rows is None and answer.key is not None:
            rows = rows_in(self.ended(answer.key))
        if rows is None:
            raise StepFailed(f"the list of snapshots cannot be read: {answer.message}")
        return rows
