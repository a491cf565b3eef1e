"""The time when a server was last alive: clocks stand still while no server runs."""

from sqlalchemy import Connection, insert, select, update

from invapi_emulator import __version__
from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage.tables import server
from invapi_emulator.storage.transaction import Transaction


def last_alive_at(tx: Transaction) -> Instant | None:
    """Return the real time of the last heartbeat of a server, or None in a new database."""
    return tx.execute(select(server.c.alive_at)).scalar_one_or_none()


def say_alive(tx: Transaction, real_now: Instant) -> None:
    alive = {"alive_at": real_now, "program": __version__}
    if tx.execute(update(server).values(alive)).rowcount == 0:
        tx.execute(insert(server).values(id=1, **alive))


def prove(connection: Connection) -> None:
    """Write the heartbeat as it is, in one statement: proof that the database can be written to."""
    connection.execute(update(server).values(alive_at=server.c.alive_at))
