"""The work of `worker`. Its imports are slow, so `worker` imports it only when it runs."""

import asyncio
from collections import Counter
from contextlib import suppress

import click

import invapi_emulator.actions  # noqa: F401 - fills the table of kinds of task
from invapi_emulator.clock import real_time
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.engine.callbacks.deliveries import deliveries_from
from invapi_emulator.engine.worker import Worker
from invapi_emulator.errors import CannotStart
from invapi_emulator.process.signals import LAST_SECONDS, on_signals
from invapi_emulator.settings import Settings
from invapi_emulator.startup import open_worlds
from invapi_emulator.storage.urls import name_of, url_of


def refuse_unless_shared(where: str) -> None:
    url = url_of(where)
    if url.get_backend_name() != "postgresql":
        raise CannotStart(
            f"--db: {name_of(url)}: a separate worker needs a PostgreSQL database; "
            "with worlds in memory or in a SQLite file, the server has its own worker"
        )


async def run(settings: Settings) -> None:
    """Settle due tasks and send callbacks until a signal ends the process."""
    database = open_worlds(settings, real_time())
    try:
        alone = Worker(database, settings.account_ttl * SECOND)
        alone.listen(database.notifications)
        deliveries = deliveries_from(database, settings.callbacks_to, (), Counter())
        working = asyncio.gather(alone.run(), deliveries.run())
        loop = asyncio.get_running_loop()
        with on_signals(lambda *_: loop.call_soon_threadsafe(working.cancel), end_within=LAST_SECONDS):
            where = name_of(database.engine.url).strip("'")
            click.echo(f"invapi-emulator worker ready on {where}")
            with suppress(asyncio.CancelledError):
                await working
    finally:
        database.close()
