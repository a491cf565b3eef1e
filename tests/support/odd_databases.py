"""PostgreSQL databases of their own, with a role that may be set oddly."""

from collections.abc import Sequence
from urllib.parse import quote

import psycopg
from psycopg import sql

from tests.support.postgres_server import USER, Postgres


def made(postgres: Postgres, name: str, *orders: str) -> str:
    """Make a role and a database of this name. Give orders in it. Return its URL for the role."""
    both = sql.Identifier(name)
    with postgres.connected() as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(both))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(both, both))
    order(postgres, name, orders)
    return f"postgresql://{quote(name)}@/{quote(name)}?host={postgres.folder}"


def order(postgres: Postgres, database: str, orders: Sequence[str]) -> None:
    """Give orders in a database as its superuser."""
    with psycopg.connect(
        host=str(postgres.folder), user=USER, dbname=database, autocommit=True
    ) as connection:
        for each in orders:
            connection.execute(each.encode())
