"""The work of `serve`. Its imports take most of a start's time, so `serve` reads its flags first."""

import logging
import os
import sys

import click

from invapi_emulator.api.envelope import refusal
from invapi_emulator.application import EmulatorApp
from invapi_emulator.clock import real_time
from invapi_emulator.ending import drop
from invapi_emulator.process.gc_tuning import keep_what_is_there
from invapi_emulator.process.http_names import is_local
from invapi_emulator.process.terminal import is_terminal
from invapi_emulator.runtime import Runtime
from invapi_emulator.server.server import allow_many_connections, secured, server_for
from invapi_emulator.server.sockets import Ports
from invapi_emulator.settings import Settings
from invapi_emulator.startup import with_printed_seed
from invapi_emulator.storage.database import Database
from invapi_emulator.worlds.files import known_scenarios

_log = logging.getLogger("invapi_emulator")


def run(settings: Settings, ports: Ports) -> None:
    """Serve on the ports until a signal ends the process."""
    if not settings.admin_token and not is_local(settings.host):
        _log.warning(
            "listening on %s without --admin-token: anyone who can reach the port controls this emulator",
            settings.host,
        )
    settings, scenarios = with_printed_seed(settings), known_scenarios(settings.scenario)
    time, where = real_time(), " and ".join(ports.urls())
    https = None if ports.secure is None else secured(ports.secure, settings, time())
    runtime = Runtime(settings, time, scenarios)
    runtime.own_ports |= ports.numbers()
    database = runtime.open()
    allow_many_connections()
    database.sign(f"process {os.getpid()}, which serves {where}")

    lines = _ready_lines(settings, ports, database, where)

    def say_ready() -> None:
        keep_what_is_there()
        try:
            click.echo(lines)
        except OSError as problem:
            _log.warning("cannot write to stdout that it is ready on %s: %s", where, problem.strerror)
            drop(sys.stdout)

    plain = [] if ports.plain is None else [ports.plain]
    server_for(EmulatorApp(runtime), settings, runtime.lifecycle, say_ready, refusal, time, https).run(
        sockets=plain
    )


def _ready_lines(settings: Settings, ports: Ports, database: Database, where: str) -> str:
    """Return what goes to stdout when the server is ready: one line for programs, more for a person at a terminal."""
    if not is_terminal(sys.stdout):
        return f"invapi-emulator ready on {where}"
    from invapi_emulator.cli.banner import banner, headline

    return f"{headline(where)}\n{banner(settings, ports, database)}"
