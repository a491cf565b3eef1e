"""`invapi-emulator serve`: run the server. Each setting has a flag."""

import logging
from typing import Any

import click

from invapi_emulator.cli.sections import SectionedCommand
from invapi_emulator.cli.setting_flags import given, setting_flags
from invapi_emulator.cli.unknown_variables import unknown_variables
from invapi_emulator.process.gc_tuning import no_collection
from invapi_emulator.process.logs import log_to_stderr
from invapi_emulator.process.signals import leave, on_signals
from invapi_emulator.server.sockets import PortTaken, taken_ports
from invapi_emulator.settings import Settings
from invapi_emulator.settings_sources import ENVIRONMENT_PREFIX, injected_variables, read_settings

_log = logging.getLogger("invapi_emulator")


@click.command(
    cls=SectionedCommand,
    epilog=f"Each flag is also an environment variable: --port is {ENVIRONMENT_PREFIX}PORT, "
    f"--no-worker is {ENVIRONMENT_PREFIX}NO_WORKER=true.",
)
@setting_flags(Settings.model_fields)
def serve(**flags: Any) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    settings = read_settings(given(flags))
    log_to_stderr(settings.log_level, settings.log_format)
    tell_of_variables()
    try:
        _serve(settings)
    except PortTaken as taken:
        from invapi_emulator.cli.port_taken import with_its_owner  # asks who listens there

        raise with_its_owner(taken, settings) from None
    return 0


def _serve(settings: Settings) -> None:
    with taken_ports(settings) as ports, no_collection():
        from invapi_emulator.cli.serve_process import run

        with on_signals(leave):
            run(settings, ports)


def tell_of_variables() -> None:
    """Log the variables of our prefix that are not taken: those of a Service, and those that name no setting."""
    for line in injected_variables():
        _log.info("%s", line)
    for line in unknown_variables():
        _log.warning("%s", line)
