"""The time when a server was last alive: clocks stand still while no server runs."""

from sqlalchemy import Connection, case, delete, insert, select, update

from invapi_emulator import __version__
from invapi_emulator.domain.instants import Instant
from invapi_emulator.storage.tables import server
from invapi_emulator.storage.transaction import Transaction


def last_alive_at(tx: Transaction) -> Instant | None:
    """Return the real time of the last heartbeat of a server, or None in a new database."""
    return tx.execute(select(server.c.alive_at)).scalar_one_or_none()


def end_of_the_last(tx: Transaction) -> Instant | None:
    """Return the time of the last heartbeat, and forget it: the first server may find a clock that was set back."""
    alive_at = last_alive_at(tx)
    tx.execute(delete(server))
    return alive_at


def say_alive(tx: Transaction, real_now: Instant) -> None:
    """Record that a server is alive. The recorded time never goes back."""
    latest = case((server.c.alive_at < real_now, real_now), else_=server.c.alive_at)
    if tx.execute(update(server).values(alive_at=latest, program=__version__)).rowcount == 0:
        tx.execute(insert(server).values(id=1, alive_at=real_now, program=__version__))


def prove(connection: Connection) -> None:
    """Write the heartbeat as it is, in one statement: proof that the database can be written to."""
    connection.execute(update(server).values(alive_at=server.c.alive_at))
