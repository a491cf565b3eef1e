"""`invapi-emulator serve`: run the server. Each setting has a flag."""

import logging
from collections.abc import Callable
from typing import Any

import click

from invapi_emulator.process.gc_tuning import no_collection
from invapi_emulator.process.logs import log_to_stderr
from invapi_emulator.process.signals import leave, on_signals
from invapi_emulator.server.sockets import taken_ports
from invapi_emulator.settings import ENVIRONMENT_PREFIX, Settings, injected_variables, read_settings

_log = logging.getLogger("invapi_emulator")

_ALONE: dict[str, Any] = {"is_flag": False, "flag_value": "true"}
"""A switch can have no value: --live means --live true."""


def _setting_flags(command: Callable[..., int]) -> Callable[..., int]:
    """Add a flag for each setting to a command. A flag that is not given has no value, not the default."""
    for name, field in reversed(Settings.model_fields.items()):
        default = "" if field.default in (None, "", ()) else f"  [default: {field.default}]"
        command = click.option(
            f"--{name.replace('_', '-')}",
            name,
            help=f"{field.description}{default}",
            metavar=name.rpartition("_")[2].upper(),
            multiple=field.default == (),
            **_ALONE if field.annotation is bool else {},
        )(command)
    return command


@click.command(epilog=f"Each flag is also an environment variable: --port is {ENVIRONMENT_PREFIX}PORT.")
@_setting_flags
def serve(**flags: Any) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    settings = read_settings(_given(flags))
    log_to_stderr(settings.log_level, settings.log_format)
    warn_of_injected_variables()
    with taken_ports(settings) as ports, no_collection():
        from invapi_emulator.cli.serve_process import run

        with on_signals(leave):
            run(settings, ports)
    return 0


def warn_of_injected_variables() -> None:
    for line in injected_variables():
        _log.warning("%s", line)


def _given(flags: dict[str, Any]) -> dict[str, Any]:
    """Return the given flags. A repeated flag has all its values, joined with commas."""
    joined = {name: ",".join(value) if isinstance(value, tuple) else value for name, value in flags.items()}
    return {name: joined[name] for name, value in flags.items() if value not in (None, ())}
