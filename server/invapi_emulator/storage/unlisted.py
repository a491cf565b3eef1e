"""Queries about changes that lists do not show yet: a fault holds them back."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.snapshots import Snapshot, Unlisted
from invapi_emulator.domain.virtual_machines import MachineState
from invapi_emulator.storage.prepared import Prepared
from invapi_emulator.storage.tables import unlisted
from invapi_emulator.storage.transaction import Transaction

_OF_ACCOUNT = Prepared(
    select(unlisted)
    .where(unlisted.c.account_id == bindparam("account"), unlisted.c.until > bindparam("now"))
    .order_by(unlisted.c.sequence)
)


def of_vm(tx: Transaction, account_id: int, vm_id: int, now: Instant) -> list[Unlisted]:
    """Return the changes of a VM that lists do not show at `now`."""
    return of_account(tx, account_id, now).get(vm_id, [])


def of_account(tx: Transaction, account_id: int, now: Instant) -> dict[int, list[Unlisted]]:
    """Return the changes that lists do not show at `now`, by VM."""
    rows = _OF_ACCOUNT.all(tx, account=account_id, now=now)
    found: dict[int, list[Unlisted]] = {}
    for row in rows:
        found.setdefault(row.vm_id, []).append(Unlisted(row.sequence, _snapshot(row.removed), row.until))
    return found


def add(
    tx: Transaction,
    account_id: int,
    vm_id: int,
    changes: Sequence[Unlisted],
    now: Instant,
) -> None:
    """Keep these changes from lists; what lists show by now is forgotten."""
    mine = (unlisted.c.account_id == account_id) & (unlisted.c.vm_id == vm_id)
    tx.execute(delete(unlisted).where(mine, unlisted.c.until <= now))
    hidden = {change.sequence for change in of_vm(tx, account_id, vm_id, now)}
    tx.execute(delete(unlisted).where(mine, unlisted.c.sequence.in_([change.sequence for change in changes])))
    rows = [
        {
            "account_id": account_id,
            "vm_id": vm_id,
            "sequence": change.sequence,
            "until": change.until,
            "removed": None if change.removed is None else asdict(change.removed),
        }
        for change in changes
        if change.sequence not in hidden  # gone before any list had shown it
    ]
    if rows:
        tx.execute(insert(unlisted), rows)


def _snapshot(columns: dict[str, Any] | None) -> Snapshot | None:
    if columns is None:
        return None
    return Snapshot(**columns | {"state": MachineState(**columns["state"])})
