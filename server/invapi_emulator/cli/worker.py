"""`invapi-emulator worker`: a separate worker for servers that share a PostgreSQL database."""

import asyncio
from typing import Any

import click

from invapi_emulator.cli.serve import warn_of_injected_variables
from invapi_emulator.process.logs import log_to_stderr
from invapi_emulator.process.signals import leave, on_signals
from invapi_emulator.settings import Settings, read_settings

_TAKEN = ("db", "callbacks_to", "account_ttl", "log_level", "log_format")


@click.command(epilog="Each flag is also an environment variable, as with serve.")
def worker(**flags: Any) -> int:
    """Settle due tasks and send callbacks for servers that run with --no-worker, until Ctrl-C or SIGTERM."""
    settings = read_settings({name: value for name, value in flags.items() if value is not None})
    from invapi_emulator.cli.worker_process import refuse_unless_shared, run

    with on_signals(leave):
        refuse_unless_shared(settings.db or ":memory:")
        log_to_stderr(settings.log_level, settings.log_format)
        warn_of_injected_variables()
        asyncio.run(run(settings))
    return 0


for _name in reversed(_TAKEN):
    worker = click.option(
        f"--{_name.replace('_', '-')}",
        _name,
        help=Settings.model_fields[_name].description,
        metavar=_name.rpartition("_")[2].upper(),
    )(worker)
