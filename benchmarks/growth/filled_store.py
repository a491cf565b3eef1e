"""Fills a database quickly: copies rows made by the emulator, thousands at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Table, insert, select, true

from invapi_emulator.clock import real_time
from invapi_emulator.domain.accounts import Account, Credentials
from invapi_emulator.domain.behavior import Behavior
from invapi_emulator.domain.clocks import ClockStart
from invapi_emulator.domain.instants import DAY, Instant, iso
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.startup import BUILT_IN, open_worlds
from invapi_emulator.storage import accounts, billing_tables, events, journal_tables, requests, tables
from invapi_emulator.storage.json_column import json_text
from invapi_emulator.storage.requests import JournalEntry
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.worlds.accounts import Wanted, make_account
from invapi_emulator.worlds.named import Scenario
from invapi_emulator.worlds.schema import World

TOKEN = "token-of-measured"
KEY = f"{0:032}"
"""The key of a task of the measured account that stays under way."""

BUSY, LOCKED, LISTED, COPY = 1, 2, 3, 4
"""VMs of the measured account: one to snapshot, one with a task under way, one to list. Copies follow."""

UNPAID = 2
"""The invoice of the measured account that is paid a cent at a time."""

Row: TypeAlias = dict[str, Any]
Change: TypeAlias = Callable[[int, int], Row]
"""Returns the columns that differ in a copy, for an account and a position within it."""

_NUMBERS = 1_000_000
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Holding:
    """The content of an account: VMs, snapshots of each, ended and running tasks, calls in its journal, events, orders.

    An order has an invoice that is paid. If `rented`, each VM is an order's; else the servers of all orders are gone.
    """

    vms: int = 7
    snapshots: int = 0
    ended: int = 0
    under_way: int = 0
    calls: int = 0
    events: int = 0
    orders: int = 0
    rented: bool = False


@dataclass(frozen=True, slots=True)
class Store:
    """The content of a file: the measured account, and others."""

    mine: Holding = Holding()
    others: int = 0
    theirs: Holding = Holding(vms=1)


def fill(file: Path, store: Store) -> None:
    """Make a file with this content, and an account `small` to be reset."""
    time = real_time()
    database = open_worlds(read_settings({"db": str(file)}), time)
    now = time()
    with database.transaction() as tx:
        one_vm = BUILT_IN.find("one-vm")
        assert one_vm is not None
        _make(tx, "small", one_vm, now)
        measured = _make(tx, "measured", Scenario("growth", _world(now)), now)
    database.run_now(measured.id, lambda unit: _live(unit, now))
    with database.transaction() as tx:
        others = range(measured.id + 1, measured.id + 1 + store.others)
        _copy(
            tx, tables.account, len(others), lambda n: _another(others[n]), tables.account.c.id == measured.id
        )
        _hold(tx, range(measured.id, measured.id + 1), store.mine)
        _hold(tx, others, store.theirs)
        accounts.set_counters(tx, measured.id, sequence=2 * _NUMBERS)
    database.close()


def _live(unit: UnitOfWork, now: Instant) -> None:
    """Add a call and an event to an account, to be copied."""
    requests.record(unit, _call(now), authenticated=True)
    events.record(unit, now, "power", vm=LISTED, power="on")


def _make(tx: Transaction, name: str, scenario: Scenario, now: Instant) -> Account:
    credentials = Credentials(f"key-of-{name}", f"token-of-{name}", f"{name}@example.com", "password")
    return make_account(tx, name, credentials, Wanted(scenario, ClockStart(), 1, Behavior()), now)


def _world(now: Instant) -> World:
    snapshots = [{"name": f"snapshot-{number}"} for number in range(4)]
    stays = {
        "action": "create_snapshot",
        "key": KEY,
        "stages": [{"name": "wait", "ends_at": iso(now + 365 * DAY)}],
        "context": {"name": "one-more"},
    }
    disk = {"size_gb": 1}
    busy = {"num_max": 4, "settings": {"snapshot": {"enable_rotation": 1}}, "snapshots": snapshots}
    invoice = {"id": 1, "status": "Paid", "items": [{"product": 1, "server": LISTED, "amount": 4}]}
    order = {"id": 1, "invoice": 1, "server": LISTED, "preset": "vm.pico", "price": 4}
    vms = ({"id": BUSY} | busy, {"id": LOCKED, "tasks": [stays]}, {"id": LISTED, "snapshots": snapshots})
    unpaid = {"id": UNPAID, "items": [{"product": UNPAID, "amount": 1_000}]}
    billing = {"credit": 1_000_000, "invoices": [invoice, unpaid], "orders": [order]}
    return World.model_validate({"vms": [vm | {"disk": disk} for vm in vms]} | billing)


def _call(now: Instant) -> JournalEntry:
    return JournalEntry(
        now, "vm", "get_snapshot", LISTED, {"action": "get_snapshot", "id": str(LISTED)}, [], 200, "{}" * 200,
        "ok", None, None, None, 1_000, "127.0.0.1", "growth", "a-request",
    )  # fmt: skip


def _another(number: int) -> Row:
    return {"id": number} | {part: f"{part}-{number}" for part in ("name", "token", "api_key", "user")}


def _hold(tx: Transaction, holders: range, held: Holding) -> None:
    """Copy rows to each of these accounts until it has its content."""

    def spread(table: Table, each: int, change: Change, like: ColumnElement[bool]) -> None:
        def changed(n: int) -> Row:
            return {"account_id": holders[n // each]} | change(holders[n // each], n % each)

        _copy(tx, table, each * len(holders), changed, like)

    vm, snapshot, task = tables.vm, tables.snapshot, tables.task
    spread(billing_tables.invoice, held.orders, _invoice, billing_tables.invoice.c.id == 1)
    spread(billing_tables.server_order, held.orders, _rented if held.rented else _over, true())
    spread(vm, held.vms, lambda _, n: {"id": COPY + n}, vm.c.id == LISTED)
    spread(
        snapshot,
        held.vms * held.snapshots,
        lambda _, n: {"vm_id": COPY + n // held.snapshots, "name": f"copy-{n}", "sequence": _NUMBERS + n},
        snapshot.c.vm_id == LISTED,
    )
    spread(task, held.ended, _ended, task.c.key == KEY)
    spread(task, held.under_way, _under_way, task.c.key == KEY)
    spread(journal_tables.request, held.calls, lambda _, n: {"id": None, "number": 2 + n}, true())
    spread(journal_tables.event, held.events, lambda _, n: {"number": 2 + n}, true())


def _invoice(_account: int, n: int) -> Row:
    line = {"type": "Hosting", "product": COPY + n, "description": "a", "amount": 400, "server": COPY + n}
    return {"id": COPY + n, "items": json_text([line])}


def _rented(_account: int, n: int) -> Row:
    return {"id": COPY + n, "invoice": COPY + n, "server": COPY + n}


def _over(account: int, n: int) -> Row:
    return _rented(account, n) | {"status": "cancelled", "rent_due_at": None, "next_at": None}


def _under_way(account: int, n: int) -> Row:
    number = _NUMBERS + n
    return {"vm_id": COPY, "action": "get_snapshot", "key": f"{account:016}{number:016}", "sequence": number}


def _ended(account: int, n: int) -> Row:
    ended = {"state": "done", "next_at": None, "ended_at": real_time()(), "scope": '{"snapshots":[]}'}
    return _under_way(account, n - _NUMBERS // 2) | ended


def _copy(
    tx: Transaction,
    table: Table,
    count: int,
    change: Callable[[int], Row],
    like: ColumnElement[bool],
) -> None:
    row = dict(tx.execute(select(table).where(like).limit(1)).mappings().one())
    for first in range(0, count, _BATCH):
        tx.execute(insert(table), [row | change(n) for n in range(first, min(first + _BATCH, count))])
