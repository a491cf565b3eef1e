"""Ways to find an account's invoices: by number, by the service they are for, and those that are unpaid."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.json import Decoder
from sqlalchemy import bindparam, select

from invapi_emulator.domain.billing import Invoice, InvoiceItem, InvoiceStatus
from invapi_emulator.storage.billing_tables import invoice
from invapi_emulator.storage.record import Key
from invapi_emulator.storage.statement import Statement


class Line(Struct, frozen=True):
    """What the index reads of an item: its service and its server."""

    product: int
    server: int | None = None


Row: TypeAlias = tuple[int, InvoiceStatus, Sequence[Line | InvoiceItem]]

_read_lines = Decoder(tuple[Line, ...]).decode

ROWS_OF: Statement[Row] = Statement(
    select(invoice.c.id, invoice.c.status, invoice.c["items"])
    .where(invoice.c.account_id == bindparam("account_id"))
    .order_by(invoice.c.id),
    lambda number, status, items: (number, status, _read_lines(items)),
)


class InvoiceIndex:
    """The numbers of an account's invoices, and what they are for. An account may have tens of thousands.

    `ascending` has all numbers, `of_service` those of each service, ascending. `unpaid` has those of a service
    that are still to be paid.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self.ascending: list[int] = []
        self.of_service: defaultdict[int, list[int]] = defaultdict(list)
        self.unpaid: defaultdict[int, set[int]] = defaultdict(set)
        self._of_server: dict[int, tuple[int, int]] = {}
        for row in rows:
            self._put(*row)

    def changed(self, key: Key, value: Invoice | None) -> None:
        """Take an invoice. One goes only with its whole account."""
        if value is not None:
            self._put(key[0], value.status, value.items)

    def _put(self, number: int, status: InvoiceStatus, lines: Sequence[Line | InvoiceItem]) -> None:
        insert_once(self.ascending, number)
        for service in {line.product for line in lines}:
            insert_once(self.of_service[service], number)
            self._set_unpaid(service, number, unpaid=status == "Unpaid")
        for line in reversed(lines):  # of items alike the first counts
            if line.server is not None and self._of_server.get(line.server, (0, 0))[0] <= number:
                self._of_server[line.server] = (number, line.product)

    def _set_unpaid(self, service: int, number: int, *, unpaid: bool) -> None:
        if unpaid:
            self.unpaid[service].add(number)
        elif service in self.unpaid:
            self.unpaid[service].discard(number)
            if not self.unpaid[service]:
                del self.unpaid[service]

    def service_of(self, server: int) -> int:
        """Return the service of a server: the server's own number if no invoice has it, else what the newest says."""
        return self._of_server.get(server, (0, server))[1]

    def content(self) -> tuple[object, ...]:
        return self.ascending, self.of_service, self.unpaid, self._of_server


def insert_once(ascending: list[int], number: int) -> None:
    """Put a number at its place in an ascending list, unless it is there."""
    if not ascending or ascending[-1] < number:
        ascending.append(number)
        return
    place = bisect_left(ascending, number)
    if ascending[place : place + 1] != [number]:
        insort(ascending, number)


def merged(ascending: list[int], others: list[int]) -> list[int]:
    """Return the numbers of two ascending lists, each once."""
    return sorted({*ascending, *others}) if others else ascending
