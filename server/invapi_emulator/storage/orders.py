"""The orders of an account."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from sqlalchemy import bindparam, or_, select

from invapi_emulator.domain.due_dates import next_anniversary
from invapi_emulator.domain.due_queue import DueQueue
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.orders import OPEN, WITH_SERVER, Order, OrderStatus
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.storage.billing_tables import server_order
from invapi_emulator.storage.record import Index, Key, Record
from invapi_emulator.storage.statement import Statement
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork


def _read(columns: dict[str, object]) -> Order:
    del columns["next_at"]
    return Order(**columns)  # type: ignore[arg-type] # the columns of its table


ORDER = Record(
    server_order,
    ("id",),
    part=1,
    read=_read,
    changing=("server", "status", "rent_since", "rent_due_at", "suspends_at", "key", "next_at"),
)
_Row: TypeAlias = tuple[int, int | None, OrderStatus, Instant | None, Instant | None]
_OF_ACCOUNT: Statement[_Row] = Statement(
    select(*(server_order.c[name] for name in ("id", "server", "status", "next_at", "rent_due_at"))).where(
        server_order.c.account_id == bindparam("account_id")
    ),
    lambda *columns: columns,
)


class _Orders:
    """The orders of an account: the id of each server's, those without a server yet, and when each asks for something.

    `given` has the servers that any of them has or had, as far as it is known.
    """

    def __init__(self, rows: Iterable[_Row]) -> None:
        self._servers: dict[int, int] = {}
        self.of_server: dict[int, int] = {}
        self.rent_due: dict[int, Instant | None] = {}
        self.given: set[int] = set()
        self.open: set[int] = set()
        self.numbers: set[int] = set()
        self.due: DueQueue[Key] = DueQueue()
        for row in rows:
            self._put(*row)

    def changed(self, _key: Key, value: Order | None) -> None:
        """Take an order. One goes only with its whole account."""
        if value is not None:
            self._put(value.id, value.server, value.status, value.next_at, value.rent_due_at)

    def _put(
        self,
        number: int,
        server: int | None,
        status: OrderStatus,
        next_at: Instant | None,
        rent_due_at: Instant | None,
    ) -> None:
        self.numbers.add(number)
        former = self._servers.pop(number, None)
        if former is not None and self.of_server.get(former) == number:
            del self.of_server[former], self.rent_due[former]
        if server is not None:
            self.given.add(server)
        if server is not None and status in WITH_SERVER:
            self._servers[number] = server
            self.of_server[server] = number
            self.rent_due[server] = rent_due_at
        if status in OPEN:
            self.open.add(number)
        else:
            self.open.discard(number)
        self.due.set((number,), next_at, number)

    def content(self) -> tuple[object, ...]:
        return self.of_server, self.rent_due, self.open, self.due.times()


ORDERS = Index(ORDER, lambda owner: _OF_ACCOUNT.of(account_id=owner["account_id"]), _Orders)
_OPEN = ORDER.where(
    server_order.c.account_id == bindparam("account_id"),
    or_(*(server_order.c.status == status for status in sorted(OPEN))),
)

# In a unit of work


def find(unit: UnitOfWork, order_id: int) -> Order | None:
    return unit.one(ORDER, (order_id,))


def load(unit: UnitOfWork, order_id: int) -> Order:
    """Return an order that exists."""
    found = find(unit, order_id)
    assert found is not None
    return found


def add(unit: UnitOfWork, made: Order) -> None:
    unit.add(ORDER, (made.id,), made)


def save(unit: UnitOfWork, changed: Order) -> None:
    unit.save(ORDER, (changed.id,), changed)
    if changed.next_at is not None:
        unit.due_earlier = True


def are_any(unit: UnitOfWork) -> bool:
    """Tell whether the account has ordered anything, before the unit's changes."""
    return bool(unit.index(ORDERS).numbers)


def of_server(unit: UnitOfWork, server: int) -> Order | None:
    """Return the order of a server, or None for one that no order made."""
    changed: list[Order] = [each for _, each in unit.changes.of(ORDER) if each is not None]
    for each in changed:
        if each.server == server and each.status in WITH_SERVER:
            return each
    number = unit.index(ORDERS).of_server.get(server)
    found = None if number is None else find(unit, number)
    return found if found is not None and found.status in WITH_SERVER else None


def had_server(unit: UnitOfWork, server: int) -> bool:
    """Tell whether a server was that of an order that the account has, before the unit's changes."""
    return server in unit.index(ORDERS).given


def rent_due_at(unit: UnitOfWork, vm: VirtualMachine, now: Instant) -> Instant:
    """Return when a server's rent falls due: as its order says, else on the next monthly anniversary of its creation."""
    changed = {each.server: each.rent_due_at for _, each in unit.changes.of(ORDER) if each is not None}
    due_at = changed.get(vm.id, unit.index(ORDERS).rent_due.get(vm.id))
    return next_anniversary(vm.created_at, now) if due_at is None else due_at


def without_server(unit: UnitOfWork) -> list[Order]:
    """Return the orders that have no server yet, oldest first. All that are missing in memory are loaded at once."""
    numbers = open_numbers(unit)
    if any(not unit.state.has(ORDER, (number,)) for number in numbers):
        unit.state.put_all(ORDER, unit.rows(_OPEN.of(account_id=unit.account.id)))
    return [load(unit, number) for number in numbers]


def open_numbers(unit: UnitOfWork) -> list[int]:
    """Return the numbers of the orders that have no server yet, ascending."""
    changed = {each.id: each.status for _, each in unit.changes.of(ORDER) if each is not None}
    opened = {number for number, status in changed.items() if status in OPEN}
    return sorted((unit.index(ORDERS).open - changed.keys()) | opened)


def due(unit: UnitOfWork, now: Instant, most: int) -> list[Order]:
    """Return at most `most` orders that ask for something by now, earliest first. The unit has changed none."""
    return [load(unit, *key) for key in unit.index(ORDERS).due.due(now, most)]


# In SQL


_ALL = ORDER.where(server_order.c.account_id == bindparam("account_id"), order=server_order.c.id)


def of_account(tx: Transaction, account_id: int) -> Iterator[Order]:
    """Select all orders now, oldest first. Each is made when it is asked for."""
    return (order for _, order in _ALL.lazily(tx, account_id=account_id))
