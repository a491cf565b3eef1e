"""A form for each kind of fault, generated from the schema of its fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from invapi_emulator.control.faults import RuleView, rule_view
from invapi_emulator.control.worlds import AccountContext
from invapi_emulator.dashboard.paging import part_of
from invapi_emulator.engine.action import modules
from invapi_emulator.engine.faults.fault import Fault
from invapi_emulator.engine.faults.kinds import FAULTS
from invapi_emulator.process.named_secrets import without_secrets
from invapi_emulator.storage import faults
from invapi_emulator.storage.faults import Rule

MOST_RULES = 50
"""Maximum number of rules on a page."""

_SUGGESTED: Mapping[tuple[str, str], object] = {
    ("http_status", "status"): 503,
    ("latency", "seconds"): 3,
    ("latency", "low"): 1,
    ("latency", "high"): 5,
    ("latency", "median"): 2,
    ("latency", "sigma"): 0.5,
    ("rate_limit", "budget"): 5,
    ("rate_limit", "per"): 60,
    ("slow_task", "factor"): 3,
    ("stale_list", "seconds"): 30,
}
"""Values of fields that have no default, so that the form can be sent as it is. They are only the form's."""

_WITH: Mapping[tuple[str, str], str] = {
    ("latency", "seconds"): "",
    ("latency", "low"): "uniform",
    ("latency", "high"): "uniform",
    ("latency", "median"): "lognormal",
    ("latency", "sigma"): "lognormal",
}
"""The `distribution` with which a field applies."""

_FIXED: Mapping[str, tuple[str, ...]] = {
    "deploy_fails": ("module", "action", "id"),
    "not_ready": ("module", "action"),
    "out_of_stock": ("module", "action", "id"),
    "rename_ignored": ("module", "action"),
}
"""The parts of `match` that a kind gives no choice of: it applies to one action, or to an order without a VM."""

_GROUPS: Mapping[str, tuple[str, ...]] = {
    "Before the call: it has no effect": ("before",),
    "After the call: its answer is different": ("after",),
    "Task: what the call does, and its check": ("task", "check", "effect"),
}
"""The headings of the list of kinds, each with its phases."""


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form. `type` is its JSON type; `least` and `most` bound a number.

    `with_distribution` is the distribution with which the field applies, or None for a field that always applies.
    """

    name: str
    type: str
    required: bool
    default: Any
    least: Any
    least_is_too_little: bool
    most: Any
    choices: tuple[str, ...]
    suggested: object
    with_distribution: str | None

    @property
    def hint(self) -> str:
        least = (
            ""
            if self.least is None
            else f"{'more than' if self.least_is_too_little else 'at least'} {self.least}"
        )
        most = "" if self.most is None else f"at most {self.most}"
        given = "" if self.default is None else f"default {self.default}"
        return ", ".join(word for word in (least, most, given, "required" if self.required else "") if word)


@dataclass(frozen=True, slots=True)
class KindForm:
    kind: str
    meaning: str
    phase: str
    fields: tuple[FormField, ...]
    fixed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds of fault under one heading."""

    heading: str
    forms: tuple[KindForm, ...]


def _may_match(rule: Rule, vm_id: int | None) -> bool:
    return vm_id is None or rule.spec.get("match", {}).get("id") in (None, vm_id)


def _shown(rule: Rule) -> RuleView:
    view = rule_view(rule)
    return view.model_copy(update={"match": without_secrets(view.match)})


def faults_of(context: AccountContext, first: int, vm_id: int | None = None) -> dict[str, Any]:
    """Return the values for the template: rules from the `first` on, and the form.

    The rules are the account's, or those that calls of a VM may match.
    """
    rules = {rule.id: rule for rule in faults.of_account(context.unit) if _may_match(rule, vm_id)}
    part = part_of(sorted(rules), first, MOST_RULES)
    return {
        "rules": [_shown(rules[id_]) for id_ in part.rows],
        "shown_rules": part,
        "kind_groups": kind_groups(),
        "modules": modules(),
        "fault_vm": vm_id,
    }


@cache
def kind_groups() -> tuple[Group, ...]:
    return tuple(
        Group(heading, tuple(form for form in kind_forms() if form.phase in phases))
        for heading, phases in _GROUPS.items()
    )


@cache
def kind_forms() -> tuple[KindForm, ...]:
    return tuple(_form(word, kind) for word, kind in sorted(FAULTS.items()))


def _form(word: str, kind: type[Fault]) -> KindForm:
    schema = kind.model_json_schema()
    required = schema.get("required", ())
    fields = (
        _field(word, name, shape, required=name in required)
        for name, shape in schema["properties"].items()
        if name not in Fault.model_fields
    )
    meaning, _, _ = (kind.__doc__ or "").partition("\n")
    return KindForm(
        word, meaning.removeprefix(f"`{word}`: "), kind.phase, tuple(fields), _FIXED.get(word, ())
    )


def _most(part: Mapping[str, Any]) -> Any:
    """Return the largest number that a field takes; None without a limit. Only whole numbers have one that is exclusive."""
    return part["exclusiveMaximum"] - 1 if "exclusiveMaximum" in part else part.get("maximum")


def _field(kind: str, name: str, shape: Mapping[str, Any], *, required: bool) -> FormField:
    parts = [part for part in shape.get("anyOf", [shape]) if part.get("type") != "null"]
    part = parts[0]
    with_distribution = _WITH.get((kind, name))
    return FormField(
        name=name,
        type=part.get("type", "string"),
        required=required or with_distribution is not None,
        default=shape.get("default"),
        least=part.get("minimum", part.get("exclusiveMinimum")),
        least_is_too_little="exclusiveMinimum" in part,
        most=_most(part),
        choices=tuple(part.get("enum", ())),
        suggested=_SUGGESTED.get((kind, name), shape.get("default")),
        with_distribution=with_distribution,
    )
