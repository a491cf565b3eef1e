"""Queries about the fault rules of an account."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update

from invapi_emulator.storage import tables
from invapi_emulator.storage.transaction import Transaction

_rule = tables.fault
_INSERT = insert(_rule)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as stored: `ordered` is what somebody asked for, the rest is what has become of it.

    `id` counts within the account's world. `seen` are the calls it was asked about, `fired` those it acted on; `window`
    is what a rule remembers that counts calls within a time.
    """

    id: int
    ordered: dict[str, Any]
    enabled: bool = True
    seen: int = 0
    fired: int = 0
    window: dict[str, Any] | None = None


def add(tx: Transaction, account_id: int, rule: Rule) -> None:
    tx.execute(_INSERT, asdict(rule) | {"account_id": account_id})


def save(tx: Transaction, account_id: int, rule: Rule) -> None:
    tx.execute(update(_rule).where(_one(account_id, rule.id)).values(asdict(rule)))


def remove(tx: Transaction, account_id: int, rule_id: int) -> None:
    tx.execute(delete(_rule).where(_one(account_id, rule_id)))


def remove_all(tx: Transaction, account_id: int) -> None:
    tx.execute(delete(_rule).where(_rule.c.account_id == account_id))


def find(tx: Transaction, account_id: int, rule_id: int) -> Rule | None:
    return next((rule for rule in of_account(tx, account_id) if rule.id == rule_id), None)


def of_account(tx: Transaction, account_id: int) -> list[Rule]:
    """Return all, in the order they were written."""
    columns = [_rule.c[name] for name in Rule.__dataclass_fields__]
    mine = select(*columns).where(_rule.c.account_id == account_id).order_by(_rule.c.id)
    return [Rule(*row) for row in tx.execute(mine)]


def _one(account_id: int, rule_id: int) -> ColumnElement[bool]:
    return (_rule.c.account_id == account_id) & (_rule.c.id == rule_id)
