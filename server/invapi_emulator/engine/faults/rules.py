"""Finding the fault rule that fires on a call, and counting it."""

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import starmap
from operator import or_
from typing import Annotated, Any, TypeAlias

from msgspec.structs import replace
from pydantic import Field, TypeAdapter

from invapi_emulator.engine.action import ACTIONS
from invapi_emulator.engine.call import Call, Value
from invapi_emulator.engine.faults.fault import AfterFault, Fault, Firing, Phase
from invapi_emulator.engine.faults.kinds import FAULTS
from invapi_emulator.engine.faults.match import vm_of
from invapi_emulator.process.remembered import remembered
from invapi_emulator.storage import events, faults
from invapi_emulator.storage.faults import RULE, Rule
from invapi_emulator.storage.json_column import json_text
from invapi_emulator.storage.record import Index, Key
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.whole_numbers import counted_on

MAX_RULES = 1_000
"""Maximum number of rules that an account has."""

FaultSpec: Any = Annotated[reduce(or_, FAULTS.values()), Field(discriminator="kind")]
"""What a rule is made of: the fields of one of the kinds."""

Spec: TypeAlias = dict[str, Any]
"""The fields of a rule, as stored."""

_FAULT: TypeAdapter[Fault] = TypeAdapter(FaultSpec)
_MOST_PARSED = 4_096


def parse(spec: Spec) -> Fault:
    """Return the fault of a stored rule. A short one is parsed once."""
    return _parsed(json_text(spec))


@remembered(_MOST_PARSED)
def _parsed(spec: str) -> Fault:
    return _FAULT.validate_json(spec)


_Filed: TypeAlias = tuple[str | None, str | None, int | None, tuple[str, str | None] | None]
"""The index key of a rule: module, action, VM, and one field. None matches any. A field has its value if that is a text."""

_Given: TypeAlias = tuple[bool, bool, bool, bool]
"""Which parts of the key a rule gives."""


class RulesByMatch:
    """The rules of an account that may still fire, by phase and by what they match.

    A call is compared only with the rules that it may match, so that other rules cost it nothing. A rule is parsed for
    the first call that it is compared with.
    """

    def __init__(self, rows: Iterable[tuple[Key, Rule]] = ()) -> None:
        self._live: dict[Key, Spec] = {}
        self._parsed: dict[Key, Fault] = {}
        self._filed: dict[Phase, dict[_Given, dict[_Filed, set[Key]]]] = {}
        for key, rule in rows:
            self.changed(key, rule)

    def changed(self, key: Key, value: Rule | None) -> None:
        live = value is not None and _may_fire(value)
        if live == (key in self._live):
            return
        if value is not None and live:
            self._live[key] = value.spec
            self._place(value.spec).add(key)
        else:
            self._place(self._live.pop(key)).discard(key)
            self._parsed.pop(key, None)

    def content(self) -> dict[Key, Spec]:
        return self._live

    def has(self, phase: Phase) -> bool:
        """Tell whether the account may have rules of a phase."""
        return phase in self._filed

    def of(self, phase: Phase, unit: UnitOfWork, call: Call[Any]) -> Iterator[tuple[Key, Fault]]:
        """Yield the rules of a phase that a call may match, in the order of their ids."""
        found: set[Key] = set()
        for given, filed in self._filed.get(phase, {}).items():
            for place in _places(given, unit, call):
                found |= filed.get(place, set())
        return ((key, self._fault(key)) for key in sorted(found))

    def _fault(self, key: Key) -> Fault:
        if key not in self._parsed:
            self._parsed[key] = parse(self._live[key])
        return self._parsed[key]

    def _place(self, spec: Spec) -> set[Key]:
        given, place = _place_of(spec.get("match", {}))
        phase = FAULTS[spec["kind"]].phase
        return self._filed.setdefault(phase, {}).setdefault(given, {}).setdefault(place, set())


RULES = Index(
    RULE,
    lambda owner: RULE.query(owner, ()),
    RulesByMatch,
    weight=lambda rows: sum(RULE.weight(rule) for _, rule in rows),
)


def fire(unit: UnitOfWork, call: Call[Any], phase: Phase, *, accepted: bool = True) -> Firing | None:
    """Return the first rule of this phase that fires on this call, in the order of their ids.

    The unit of work holds the account. A rule therefore fires as often as it says, even if clients race.
    """
    rules = unit.index(RULES)
    if not rules.has(phase):
        return None
    for (number,), fault in rules.of(phase, unit, call):
        if isinstance(fault, AfterFault) and fault.needs_acceptance and not accepted:
            continue
        rule = faults.find(unit, number)
        if rule is None or not fault.applies_to(call) or not fault.match.fits(unit, call):
            continue
        firing = _asked(unit, rule, fault, call)
        if firing is not None:
            return firing
    return None


def _may_fire(rule: Rule) -> bool:
    times = rule.spec.get("times", 1)
    return rule.enabled and (times is None or rule.fired < times)


def _place_of(match: dict[str, Any]) -> tuple[_Given, _Filed]:
    field = next((_field(*named) for named in match.get("fields", {}).items()), None)
    place = (match.get("module"), match.get("action"), match.get("id"), field)
    return (place[0] is not None, place[1] is not None, place[2] is not None, field is not None), place


def _places(given: _Given, unit: UnitOfWork, call: Call[Any]) -> Iterator[_Filed]:
    """Yield the index keys of the rules that give these parts and that a call may match."""
    by_module, by_action, by_vm, by_field = given
    module, action = call.module if by_module else None, call.action if by_action else None
    vm_id = vm_of(unit, call) if by_vm else None
    for field in starmap(_field, call.fields.items()) if by_field else (None,):
        yield module, action, vm_id, field


def _field(name: str, value: Value) -> tuple[str, str | None]:
    return name, value if isinstance(value, str) else None


def _asked(unit: UnitOfWork, rule: Rule, fault: Fault, call: Call[Any]) -> Firing | None:
    """Count the call, and the firing if the rule fires."""
    number = counted_on(rule.seen)

    def draw(what: str) -> float:
        return call.chance.fraction("fault", rule.id, what, number)

    fires, window = False, rule.window
    if number > fault.skip and fault.is_drawn(draw):
        fires, window = fault.should_fire(window, call.real_now)
    faults.save(
        unit, replace(rule, seen=number, fired=counted_on(rule.fired) if fires else rule.fired, window=window)
    )
    if not fires:
        return None
    call.fired.append(fault.kind)
    events.record(
        unit, call.now, "fault_fired",
        rule=rule.id, fault=fault.kind, module=call.module, action=call.action,
        vm=ACTIONS[call.module, call.action].vm_of(call.params),
    )  # fmt: skip
    return Firing(fault, unit, call, window, draw)
