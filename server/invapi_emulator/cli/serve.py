"""`invapi-emulator serve`: one flag for each setting."""

import logging
import os
import sys
from collections.abc import Callable
from typing import Any

import click

from invapi_emulator.process.gc_tuning import keep_what_is_there, no_collection
from invapi_emulator.process.logs import log_to_stderr
from invapi_emulator.process.signals import on_signals
from invapi_emulator.server.sockets import Ports, taken_ports
from invapi_emulator.settings import ENVIRONMENT_PREFIX, Settings, is_local, read_settings

_log = logging.getLogger("invapi_emulator")

_ALONE: dict[str, Any] = {"is_flag": False, "flag_value": "true"}
"""A switch may stand without a value: --live is --live true."""


def _setting_flags(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command one flag for each setting; what is not given is not passed on."""
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


@click.command(
    epilog=f"Each flag is also an environment variable, --port {ENVIRONMENT_PREFIX}PORT and so on."
)
@_setting_flags
def serve(**flags: Any) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    settings = read_settings(_given(flags))
    log_to_stderr(settings.log_level, settings.log_format)
    with on_signals(_end), taken_ports(settings) as ports, no_collection():
        _serve(settings, ports)
    return 0


def _given(flags: dict[str, Any]) -> dict[str, Any]:
    """Return the flags that were given; one that was given several times has all its values."""
    joined = {name: ",".join(value) if isinstance(value, tuple) else value for name, value in flags.items()}
    return {name: joined[name] for name, value in flags.items() if value not in (None, ())}


def _end(*_: object) -> None:
    """End a start, as signals end a server later; the first process of a container would not hear them else."""
    sys.exit(0)


def _serve(settings: Settings, ports: Ports) -> None:
    # SQLAlchemy and all that stands on it take a while to import: not for --help, nor for a wrong flag.
    from invapi_emulator.api.envelope import refusal  # noqa: PLC0415
    from invapi_emulator.application import EmulatorApp  # noqa: PLC0415
    from invapi_emulator.clock import real_time  # noqa: PLC0415
    from invapi_emulator.runtime import Runtime  # noqa: PLC0415
    from invapi_emulator.server.server import allow_many_connections, secured, server_for  # noqa: PLC0415
    from invapi_emulator.startup import with_printed_seed  # noqa: PLC0415
    from invapi_emulator.worlds.files import known_scenarios  # noqa: PLC0415

    if not settings.admin_token and not is_local(settings.host):
        _log.warning(
            "listening on %s without --admin-token: whoever reaches the port drives this emulator",
            settings.host,
        )
    settings, scenarios = with_printed_seed(settings), known_scenarios(settings.scenario)
    time, where = real_time(), " and ".join(ports.urls())
    https = None if ports.secure is None else secured(ports.secure, settings, time())
    runtime = Runtime(settings, time, scenarios)
    database = runtime.open()
    allow_many_connections()
    database.sign(f"process {os.getpid()}, which serves {where}")

    def say_ready() -> None:
        keep_what_is_there()
        click.echo(f"invapi-emulator ready on {where}")

    plain = [] if ports.plain is None else [ports.plain]
    server_for(EmulatorApp(runtime), settings, runtime.lifecycle, say_ready, refusal, https).run(
        sockets=plain
    )
