"""A call in terms of the model, and the answer that it must get."""

from dataclasses import dataclass, field, replace
from typing import Any

from tests.fuzz.modelled_rules import CUTTING, ModelledRule
from tests.support.harness import Json


@dataclass(frozen=True)
class Asked:
    """A call. `token` is None for actions that need none. The `vm` of a check is that of its task."""

    module: str
    action: str
    token: str | None = None
    vm: int | None = None
    fields: Json = field(default_factory=dict)

    def form(self) -> Json:
        form: dict[str, Any] = {"action": self.action, **self.fields}
        form |= {} if self.token is None else {"token": self.token}
        return form if self.vm is None or self.module == "eq_callback" else form | {"id": self.vm}


@dataclass(frozen=True)
class Expected:
    """The answer a call must get: `cut` if the connection ends early, `garbled` if the body is invalid JSON.

    `done`: the call was executed, whatever the client receives.
    """

    reason: str | None = None
    status: int = 200
    code: Any = -1
    done: bool = False
    cut: bool = False
    garbled: bool = False
    on_task: ModelledRule | None = None

    def after(self, rule: ModelledRule | None) -> "Expected":
        """Return the answer after a rule changed it on its way."""
        if rule is None or rule.kind == "latency":
            return self
        if rule.kind == "rejected_but_done":
            return replace(self, reason="fault")
        return replace(self, cut=rule.kind in CUTTING, garbled=rule.kind == "malformed_json")
