"""Holding a call against the rules of its account: which one fires, and counting that it did."""

from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from invapi_emulator.actions import Call
from invapi_emulator.faults import kinds as _kinds  # noqa: F401 - importing them fills the table
from invapi_emulator.faults.kind import FAULTS, AfterFault, Draw, Fault, Phase, Window
from invapi_emulator.storage import events, faults
from invapi_emulator.storage.faults import Rule
from invapi_emulator.storage.transaction import Transaction

MAX_RULES = 1_000
"""So many rules an account may have."""

Order: Any = Annotated[reduce(or_, FAULTS.values()), Field(discriminator="kind")]
"""What a rule is ordered with: one of the kinds."""

_ORDER: TypeAdapter[Fault] = TypeAdapter(Order)


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule that fires on a call."""

    fault: Fault
    window: Window | None
    draw: Draw


def ordered(rule: Rule) -> Fault:
    return _ORDER.validate_python(rule.ordered)


def fire(tx: Transaction, call: Call[Any], phase: Phase, *, accepted: bool = True) -> Firing | None:
    """Return the first rule of this phase, in the order they were written, that fires on this call.

    The account is held by the transaction, so however many clients race, a rule fires as often as it says.
    """
    if not call.account.faults_made:
        return None
    for rule in faults.of_account(tx, call.account.id):
        fault = ordered(rule)
        if fault.phase == phase and _is_asked(tx, rule, fault, call, accepted=accepted):
            firing = _asked(tx, rule, fault, call)
            if firing is not None:
                return firing
    return None


def _is_asked(tx: Transaction, rule: Rule, fault: Fault, call: Call[Any], *, accepted: bool) -> bool:
    if not rule.enabled or (fault.times is not None and rule.fired >= fault.times):
        return False
    if isinstance(fault, AfterFault) and fault.needs_acceptance and not accepted:
        return False
    return fault.concerns(call) and fault.match.fits(tx, call)


def _asked(tx: Transaction, rule: Rule, fault: Fault, call: Call[Any]) -> Firing | None:
    """Count the call, and the firing if it is one."""
    number = rule.seen + 1

    def draw(what: str) -> float:
        return call.chance.fraction("fault", rule.id, what, number)

    fires, window = False, rule.window
    if number > fault.skip and (fault.probability == 1 or draw("fires") < fault.probability):
        fires, window = fault.trips(window, call.real_now)
    faults.save(tx, call.account.id, replace(rule, seen=number, fired=rule.fired + fires, window=window))
    if not fires:
        return None
    call.fired.append(fault.kind)
    events.record(
        tx, call.account.id, call.now, "fault_fired",
        rule=rule.id, fault=fault.kind, module=call.module, action=call.action,
        vm=getattr(call.params, "id", None),
    )  # fmt: skip
    return Firing(fault, window, draw)
