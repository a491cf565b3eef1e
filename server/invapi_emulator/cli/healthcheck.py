"""`invapi-emulator healthcheck`: check whether the emulator is ready, for containers and scripts."""

import os
import threading

import click

from invapi_emulator.cli.addresses import url_at
from invapi_emulator.cli.control_calls import url_of_emulator, wrong_url
from invapi_emulator.cli.sections import SectionedCommand
from invapi_emulator.cli.variables import DEFAULT_URL, URL_VARIABLE
from invapi_emulator.clock import real_time
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.ending import as_one_line
from invapi_emulator.errors import CannotStart
from invapi_emulator.numbers_in_words import Seconds
from invapi_emulator.settings_sources import ENVIRONMENT_PREFIX, from_environment, read_settings
from invapi_emulator.testing import ControlFailure, Emulator
from invapi_emulator.testing.serving import ca_file

NOT_READY = 1
ASKS_EVERY_SECONDS = 0.2
ANSWERS_WITHIN_SECONDS = 5


@click.command(cls=SectionedCommand)
@click.option(
    "--url",
    callback=url_of_emulator,
    help=f"URL of the emulator  [default: from the variables of `serve`, {URL_VARIABLE}, or {DEFAULT_URL}]",
)
@click.option(
    "--wait",
    type=Seconds(0, 86_400),
    default=0,
    show_default=True,
    help="maximum number of seconds to wait",
)
def healthcheck(url: str | None, wait: float) -> int:
    """Succeed if the emulator is ready. Otherwise print the reason in one line, with exit status 1."""
    now = real_time()
    deadline = now() + wait * SECOND
    pause = threading.Event()
    try:
        named, url, ca = ("--url", url, None) if url else _served_here() or _url_variable()
    except CannotStart as wrong:
        return _say_not_ready(str(wrong))
    while why := _why_not_ready(named, url, ca):
        if now() >= deadline:
            return _say_not_ready(why)
        pause.wait(ASKS_EVERY_SECONDS)
    return 0


def _url_variable() -> tuple[str, str, None]:
    """Return the URL in the environment, or else the default; raise CannotStart for one that no emulator has."""
    url = os.environ.get(URL_VARIABLE)
    if url and (wrong := wrong_url(url)):
        raise CannotStart(f"{URL_VARIABLE}: {wrong}")
    return (URL_VARIABLE, url, None) if url else ("--url", DEFAULT_URL, None)


def _say_not_ready(why: str) -> int:
    click.echo(f"invapi-emulator: {as_one_line(why)}", err=True)
    return NOT_READY


def _served_here() -> tuple[str, str, str | None] | None:
    """Return the variables of the address of `serve`, its URL with them, and the file of its CA.

    Return None if the variables set none of host, port and TLS.
    """
    given = sorted(from_environment().keys() & {"host", "port", "tls"})
    if not given:
        return None
    named = " and ".join(f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in given)
    settings = read_settings({})
    url = url_at("https" if settings.tls else "http", settings.host, settings.port)
    return named, url, ca_file(settings) if settings.tls else None


def _why_not_ready(named: str, url: str, ca: str | None) -> str | None:
    try:
        answer = Emulator(url, ca=ca).control(
            "GET", "/health", shape={"status": str}, accept=(503,), within=ANSWERS_WITHIN_SECONDS
        )
    except ControlFailure as refused:
        return str(refused)
    except ConnectionError as problem:
        return f"{named}: {problem}"
    status, why = answer.get("status"), answer.get("why")
    return None if status == "ready" else f"the emulator at {url} is not ready: {why or status}"
