"""`invapi-emulator migrate`: brings a database up to date by hand."""

import click

from invapi_emulator.errors import CannotStart
from invapi_emulator.settings import ENVIRONMENT_PREFIX, Settings, read_settings


@click.command(epilog=f"--db is also an environment variable, {ENVIRONMENT_PREFIX}DB.")
@click.option("--db", metavar="DB", help=Settings.model_fields["db"].description)
def migrate(db: str | None) -> int:
    """Bring a database up to date, as `serve` does at its start."""
    settings = read_settings({} if db is None else {"db": db})
    if not settings.db:
        raise CannotStart("--db: name the file or the URL that is to be brought up to date")
    click.echo(_migrate(settings))
    return 0


def _migrate(settings: Settings) -> str:
    from invapi_emulator.clock import real_time  # noqa: PLC0415 - like what follows, not for --help
    from invapi_emulator.storage.database import open_database  # noqa: PLC0415
    from invapi_emulator.storage.errors import DATABASE_LOST, why_lost  # noqa: PLC0415
    from invapi_emulator.storage.schema import prepare_schema  # noqa: PLC0415
    from invapi_emulator.storage.urls import name_of  # noqa: PLC0415
    from invapi_emulator.storage.versions import HEAD  # noqa: PLC0415

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
