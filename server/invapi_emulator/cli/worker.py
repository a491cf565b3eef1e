"""`invapi-emulator worker`: a worker alone, for servers that share a PostgreSQL database and leave tasks to it."""

import asyncio
from typing import Any

import click

from invapi_emulator.errors import CannotStart
from invapi_emulator.process.logs import log_to_stderr
from invapi_emulator.process.signals import TOLD_TO_END, end_at_the_latest
from invapi_emulator.settings import Settings, read_settings

_TAKEN = ("db", "account_ttl", "log_level", "log_format")


@click.command(epilog="Each flag is also an environment variable, as with serve.")
def worker(**flags: Any) -> int:
    """Let tasks take effect in time, beside servers that run with --no-worker, until Ctrl-C or SIGTERM."""
    settings = read_settings({name: value for name, value in flags.items() if value is not None})
    _refuse_unless_shared(settings.db or ":memory:")
    log_to_stderr(settings.log_level, settings.log_format)
    asyncio.run(_work(settings))
    return 0


for _name in reversed(_TAKEN):
    worker = click.option(
        f"--{_name.replace('_', '-')}",
        _name,
        help=Settings.model_fields[_name].description,
        metavar=_name.rpartition("_")[2].upper(),
    )(worker)


def _refuse_unless_shared(where: str) -> None:
    from invapi_emulator.storage.urls import name_of, url_of  # noqa: PLC0415 - sqlalchemy takes a while

    url = url_of(where)
    if url.get_backend_name() != "postgresql":
        raise CannotStart(
            f"--db: {name_of(url)}: a worker alone needs a PostgreSQL database; "
            "worlds in memory, or in a SQLite file, have their server's"
        )


async def _work(settings: Settings) -> None:
    # What a worker stands on takes a while to import: not for --help, nor for a wrong flag.
    import invapi_emulator.application  # noqa: F401, PLC0415 - fills the table of kinds of task
    from invapi_emulator.clock import real_time  # noqa: PLC0415
    from invapi_emulator.domain.instants import SECOND  # noqa: PLC0415
    from invapi_emulator.engine.worker import Worker  # noqa: PLC0415
    from invapi_emulator.startup import open_worlds  # noqa: PLC0415
    from invapi_emulator.storage.urls import name_of  # noqa: PLC0415

    database = open_worlds(settings, real_time())
    try:
        alone = Worker(database, settings.account_ttl * SECOND)
        alone.listen(database.notifications)
        working, loop = asyncio.create_task(alone.run()), asyncio.get_running_loop()

        def end() -> None:
            end_at_the_latest()
            working.cancel()

        for number in TOLD_TO_END:
            loop.add_signal_handler(number, end)
        where = name_of(database.engine.url).strip("'")
        click.echo(f"invapi-emulator worker ready on {where}")
        await asyncio.wait([working])
    finally:
        database.close()
