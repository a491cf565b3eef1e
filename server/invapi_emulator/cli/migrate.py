"""`invapi-emulator migrate`: migrate a database to the newest schema by hand."""

import click

from invapi_emulator.cli.completions import files
from invapi_emulator.cli.sections import SectionedCommand
from invapi_emulator.errors import CannotStart
from invapi_emulator.settings import Settings
from invapi_emulator.settings_sources import ENVIRONMENT_PREFIX, read_settings


@click.command(cls=SectionedCommand, epilog=f"The environment variable {ENVIRONMENT_PREFIX}DB works too.")
@click.option("--db", shell_complete=files, metavar="DB", help=Settings.model_fields["db"].description)
def migrate(db: str | None) -> int:
    """Migrate a database to the newest schema. `serve` does so at its start."""
    settings = read_settings({} if db is None else {"db": db})
    if not settings.db:
        raise CannotStart("--db: required: the file or URL of the database to migrate")
    from invapi_emulator.cli.migrate_database import migrated

    click.echo(migrated(settings))
    return 0
