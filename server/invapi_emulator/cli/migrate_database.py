"""The work of `migrate`. Its imports are slow, so `migrate` imports it only when it runs."""

from invapi_emulator.clock import real_time
from invapi_emulator.errors import CannotStart
from invapi_emulator.settings import Settings
from invapi_emulator.storage.database import open_database
from invapi_emulator.storage.errors import DATABASE_LOST, why_unusable
from invapi_emulator.storage.schema import prepare_schema
from invapi_emulator.storage.urls import name_of
from invapi_emulator.storage.versions import HEAD


def migrated(settings: Settings) -> str:
    """Migrate the database to the newest schema. Return one line that says what was done."""
    database = open_database(settings.db, real_time(), patience=settings.db_timeout)
    try:
        with database.transaction(changes_schema=True) as tx:
            found = prepare_schema(tx.connection)
    except DATABASE_LOST as problem:
        raise CannotStart(f"--db: {why_unusable(name_of(database.engine.url), problem)}") from None
    finally:
        database.close()
    done = {None: f"created with schema {HEAD}", HEAD: f"schema {HEAD} is already the newest"}
    return f"{name_of(database.engine.url)}: {done.get(found, f'migrated from schema {found} to {HEAD}')}"
