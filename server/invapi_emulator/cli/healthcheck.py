"""`invapi-emulator healthcheck`: check whether the emulator is ready, for containers and scripts."""

import os
import threading
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address

import click

from invapi_emulator.cli.control_calls import DEFAULT_URL, URL_VARIABLE, url_of_emulator, wrong_url
from invapi_emulator.clock import real_time
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.ending import as_one_line
from invapi_emulator.errors import CannotStart
from invapi_emulator.numbers_in_words import Seconds
from invapi_emulator.settings import from_environment, read_settings
from invapi_emulator.testing import ControlFailure, Emulator
from invapi_emulator.testing.serving import ca_file

NOT_READY = 1
ASKS_EVERY_SECONDS = 0.2
ANSWERS_WITHIN_SECONDS = 5

_LOOPBACK: dict[IPv4Address | IPv6Address, str] = {IPv4Address(0): "127.0.0.1", IPv6Address(0): "::1"}
"""Address to connect to if the server listens on all addresses."""


@click.command()
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
        url, ca = (url, None) if url else _served_here() or (_url_variable(), None)
    except CannotStart as wrong:
        return _say_not_ready(str(wrong))
    while why := _why_not_ready(url, ca):
        if now() >= deadline:
            return _say_not_ready(why)
        pause.wait(ASKS_EVERY_SECONDS)
    return 0


def _url_variable() -> str:
    """Return the URL in the environment, or else the default; raise CannotStart for one that no emulator has."""
    url = os.environ.get(URL_VARIABLE) or DEFAULT_URL
    if wrong := wrong_url(url):
        raise CannotStart(f"{URL_VARIABLE}: {wrong}")
    return url


def _say_not_ready(why: str) -> int:
    click.echo(f"invapi-emulator: {as_one_line(why)}", err=True)
    return NOT_READY


def _served_here() -> tuple[str, str | None] | None:
    """Return the URL of `serve` with these environment variables, and the file of its CA.

    Return None if the variables set none of host, port and TLS.
    """
    if not from_environment().keys() & {"host", "port", "tls"}:
        return None
    settings = read_settings({})
    host = _reachable(settings.host)
    where = f"{f'[{host}]' if ':' in host else host}:{settings.port}"
    return (f"https://{where}", ca_file(settings)) if settings.tls else (f"http://{where}", None)


def _reachable(host: str) -> str:
    """Return the loopback address if the host means all addresses, otherwise the host."""
    with suppress(ValueError):
        return _LOOPBACK.get(ip_address(host), host)
    return host


def _why_not_ready(url: str, ca: str | None) -> str | None:
    try:
        answer = Emulator(url, ca=ca).control(
            "GET", "/health", shape={"status": str}, accept=(503,), within=ANSWERS_WITHIN_SECONDS
        )
    except ControlFailure as refused:
        return str(refused)
    except ConnectionError as problem:
        return f"--url: {problem}"
    status, why = answer.get("status"), answer.get("why")
    return None if status == "ready" else f"the emulator at {url} is not ready: {why or status}"
