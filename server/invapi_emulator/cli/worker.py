"""`invapi-emulator worker`: a separate worker for servers that share a PostgreSQL database."""

import asyncio
from typing import Any

import click

from invapi_emulator.cli.sections import SectionedCommand
from invapi_emulator.cli.serve import tell_of_variables
from invapi_emulator.cli.setting_flags import given, setting_flags
from invapi_emulator.process.logs import log_to_stderr
from invapi_emulator.process.signals import leave, on_signals
from invapi_emulator.settings_sources import read_settings

_TAKEN = ("db", "callbacks_to", "account_ttl", "log_level", "log_format")


@click.command(cls=SectionedCommand, epilog="Each flag is also an environment variable, as with serve.")
@setting_flags(_TAKEN)
def worker(**flags: Any) -> int:
    """Settle tasks and send callbacks for servers with --no-worker.

    It runs until Ctrl-C or SIGTERM, and needs their PostgreSQL database.
    """
    settings = read_settings(given(flags))
    from invapi_emulator.cli.worker_process import refuse_unless_shared, run

    with on_signals(leave):
        refuse_unless_shared(settings.db or ":memory:")
        log_to_stderr(settings.log_level, settings.log_format)
        tell_of_variables()
        asyncio.run(run(settings))
    return 0
