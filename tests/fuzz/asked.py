"""A call as the model knows it, and the answer that it must get."""

from dataclasses import dataclass, field, replace
from typing import Any

from tests.fuzz.modelled_rules import CUTTING, ModelledRule
from tests.support.harness import Json


@dataclass(frozen=True)
class Asked:
    """What a client asks; a `token` of None is for actions that take none, `vm` of a check is that of its task."""

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
    """How a call must be answered: `cut` is a connection that ends early, `garbled` a body that is no JSON.

    `done`: it was carried out, whatever the client is told.
    """

    reason: str | None = None
    status: int = 200
    code: Any = -1
    done: bool = False
    cut: bool = False
    garbled: bool = False
    on_task: ModelledRule | None = None

    def after(self, rule: ModelledRule | None) -> "Expected":
        """Return what a rule makes of the answer on its way."""
        if rule is None or rule.kind == "latency":
            return self
        if rule.kind == "rejected_but_done":
            return replace(self, reason="fault")
        return replace(self, cut=rule.kind in CUTTING, garbled=rule.kind == "malformed_json")
