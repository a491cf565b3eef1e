"""What `migrate` runs. Its imports take a while, so `migrate` imports it when it is run."""

from invapi_emulator.clock import real_time
from invapi_emulator.errors import CannotStart
from invapi_emulator.settings import Settings
from invapi_emulator.storage.database import open_database
from invapi_emulator.storage.errors import DATABASE_LOST, why_lost
from invapi_emulator.storage.schema import prepare_schema
from invapi_emulator.storage.urls import name_of
from invapi_emulator.storage.versions import HEAD


def migrated(settings: Settings) -> str:
    """Bring the database up to date; return what was done, in one line."""
    database = open_database(settings.db, real_time())
    try:
        with database.transaction(changes_schema=True) as tx:
            found = prepare_schema(tx.connection)
    except DATABASE_LOST as problem:
        raise CannotStart(f"--db: {name_of(database.engine.url)}: it {why_lost(problem)}") from None
    finally:
        database.close()
    done = {None: f"made anew with schema {HEAD}", HEAD: f"schema {HEAD} is the newest"}
    return f"{name_of(database.engine.url)}: {done.get(found, f'schema {found} is {HEAD} now')}"
