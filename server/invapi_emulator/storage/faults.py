"""The fault rules of an account, as stored."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import insert, select

from invapi_emulator.storage.json_column import json_text
from invapi_emulator.storage.record import Record
from invapi_emulator.storage.tables import fault
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork


class Rule(Struct, frozen=True):
    """A stored rule. `spec` is the rule as written; the other fields are its state.

    `id` counts within the account's world. `seen` counts the calls that the rule was asked about, `fired`
    those that it acted on. `window` is the memory of a rule that counts calls within a time.
    """

    id: int
    spec: dict[str, Any]
    enabled: bool = True
    seen: int = 0
    fired: int = 0
    window: dict[str, Any] | None = None


_COLUMN = {"spec": "ordered"}
"""The column of a field where it has another name."""

RULE = Record(
    fault,
    ("id",),
    part=0,
    paths={"ordered": "spec"},
    read=lambda columns: Rule(spec=columns.pop("ordered"), **columns),
    changing=("enabled", "seen", "fired", "window"),
    order="id",
    weight=lambda rule: 1 + len(json_text(rule.spec)) // 1_000,
)

# In a unit of work


def add(unit: UnitOfWork, rule: Rule) -> None:
    unit.add(RULE, (rule.id,), rule)


def save(unit: UnitOfWork, rule: Rule) -> None:
    unit.save(RULE, (rule.id,), rule)


def remove(unit: UnitOfWork, rule_id: int) -> None:
    if find(unit, rule_id) is not None:
        unit.remove(RULE, (rule_id,))


def find(unit: UnitOfWork, rule_id: int) -> Rule | None:
    return unit.one(RULE, (rule_id,))


def of_account(unit: UnitOfWork) -> list[Rule]:
    """Return all rules, in the order they were written."""
    held = unit.part(RULE, ())
    return [held[key] for key in sorted(held)]


# In SQL


def insert_all(tx: Transaction, account_id: int, rules: Iterable[Rule]) -> None:
    rows = [_columns(rule) | {"account_id": account_id} for rule in rules]
    if rows:
        tx.execute(insert(fault), rows)


def stored(tx: Transaction, account_id: int) -> list[Rule]:
    """Return all rules, in the order they were written."""
    columns = [fault.c[_COLUMN.get(name, name)] for name in Rule.__struct_fields__]
    mine = select(*columns).where(fault.c.account_id == account_id).order_by(fault.c.id)
    return [Rule(*row) for row in tx.execute(mine)]


def _columns(rule: Rule) -> dict[str, Any]:
    return {_COLUMN.get(name, name): value for name, value in asdict(rule).items()}
