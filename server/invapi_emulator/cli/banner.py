"""What `serve` shows on a terminal once it is ready: where everything is."""

import sys
from collections.abc import Iterator

from invapi_emulator.cli.addresses import url_at
from invapi_emulator.cli.variables import DEFAULT_URL, URL_VARIABLE
from invapi_emulator.domain.accounts import DEMO, Account
from invapi_emulator.domain.clocks import Clock
from invapi_emulator.process.logs import escaped
from invapi_emulator.process.terminal import Style, styled, takes_colours
from invapi_emulator.server.sockets import Ports
from invapi_emulator.server.tls.folder import file_of
from invapi_emulator.settings import Settings
from invapi_emulator.storage import accounts
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.urls import name_of


def banner(settings: Settings, ports: Ports, database: Database) -> str:
    """Return the lines below the ready line."""
    with database.read() as tx:
        demo = accounts.by_name(tx, DEMO)
    assert demo is not None  # the start has made it
    rows = list(_rows(settings, ports, database, demo))
    width = max(len(name) for name, _ in rows)
    shown = [f"  {_styled(name.ljust(width), Style.DIM)}  {value}" for name, value in rows]
    return "\n".join(["", *shown, "", "Ctrl-C stops it."])


def headline(where: str) -> str:
    """Return the ready line, as programs read it, in bold."""
    return _styled(f"invapi-emulator ready on {where}", Style.BOLD)


def _rows(settings: Settings, ports: Ports, database: Database, demo: Account) -> Iterator[tuple[str, str]]:
    urls = [url_at(scheme, ports.host, number) for scheme, number in ports.by_scheme().items()]
    yield "page", f"{urls[0]}/"
    for url in urls:
        yield "base URL", url
    yield "token", f"{demo.credentials.token} (account {demo.name})"
    yield "clock", _clock(demo.clock)
    yield "store", _store(settings, database)
    if ports.secure is not None:
        yield "test CA", escaped(str(file_of(settings.ca_dir)))
    yield "docs", f"{urls[0]}/docs"
    if urls[0] != DEFAULT_URL:
        yield "commands", f"export {URL_VARIABLE}={urls[0]}"


def _store(settings: Settings, database: Database) -> str:
    if not settings.db:
        return "in memory, gone when the server stops"
    return escaped(name_of(database.engine.url).strip("'"))


def _clock(clock: Clock) -> str:
    if clock.mode == "frozen":
        return "frozen: `invapi-emulator advance` moves it"
    runs = f"{clock.rate:g} times as fast as real time"
    return f"auto: {runs}, and jumps when tasks are polled" if clock.mode == "auto" else f"real: {runs}"


def _styled(text: str, style: Style) -> str:
    return styled(text, style) if takes_colours(sys.stdout) else text
