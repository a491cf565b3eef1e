"""Import and export the fault rules of a world."""

from collections.abc import Iterator, Sequence
from typing import Any

from invapi_emulator.domain.accounts import Account
from invapi_emulator.engine.faults.rules import MAX_RULES
from invapi_emulator.storage import accounts, faults
from invapi_emulator.storage.faults import Rule
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.whole_numbers import MOST_RULES_MADE
from invapi_emulator.worlds.errors import error_at
from invapi_emulator.worlds.fault_schema import CountedSpec
from invapi_emulator.worlds.schema import World
from invapi_emulator.worlds.steps import Steps

_AT_A_TIME = 10
"""Number of rules that are built in a step."""


def building_rules(world: World) -> Steps[list[Rule]]:
    """Return the rules with their numbers; raise Unprocessable for a contradiction."""
    if len(world.faults) > MAX_RULES:
        raise error_at("faults", f"{len(world.faults)} rules", f"at most {MAX_RULES} are allowed")
    last = max((spec.id or 0 for spec in world.faults), default=0)
    rules: dict[int, Rule] = {}
    for place, spec in enumerate(world.faults):
        last += spec.id is None
        number = last if spec.id is None else spec.id
        if number in rules:
            raise error_at(f"faults.{place}.id", number, "another rule has this number")
        if number > MOST_RULES_MADE:
            raise error_at(f"faults.{place}.id", None, f"no number is left after {MOST_RULES_MADE}")
        _check_counts(spec, f"faults.{place}")
        rules[number] = _rule(spec, number)
        if place % _AT_A_TIME == 0:
            yield
    counted = world.counters.faults if world.counters is not None else 0
    if counted and counted < last:
        raise error_at("counters.faults", counted, f"must be at least {last}, the largest number of a rule")
    return [rules[number] for number in sorted(rules)]


def load_faults(tx: Transaction, account: Account, world: World, rules: Sequence[Rule]) -> None:
    """Add the world's rules to an account that has none."""
    faults.insert_all(tx, account.id, rules)
    counted = world.counters.faults if world.counters is not None else 0
    accounts.set_counters(tx, account.id, faults_made=max([counted, *(rule.id for rule in rules)]))


def written_faults(tx: Transaction, account: Account) -> Iterator[dict[str, Any]]:
    """Return the rules as an export has them. Each is written when it is asked for."""
    return map(_written, faults.stored(tx, account.id))


def _check_counts(spec: Any, place: str) -> None:
    if spec.fired > spec.seen:
        raise error_at(f"{place}.fired", spec.fired, f"must be at most seen, {spec.seen}")
    if spec.times is not None and spec.fired > spec.times:
        raise error_at(f"{place}.fired", spec.fired, f"must be at most times, {spec.times}")


def _rule(spec: Any, number: int) -> Rule:
    counts = set(CountedSpec.model_fields)
    fields = spec.model_dump(mode="json", exclude_unset=True, exclude=counts)
    window = None if spec.window is None else spec.window.model_dump()
    return Rule(number, fields, spec.enabled, spec.seen, spec.fired, window)


def _written(rule: Rule) -> dict[str, Any]:
    counts = {"enabled": rule.enabled, "seen": rule.seen, "fired": rule.fired}
    window = {} if rule.window is None else {"window": rule.window}
    return {"id": rule.id, **rule.spec, **counts, **window}
