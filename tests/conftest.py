"""One server for the whole run. Each test gets the demo world as it was at the start."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import settings

from tests.support.fake_clock import FakeClock, fresh_database
from tests.support.harness import SEED, Emulator, Running, running
from tests.support.postgres_server import Postgres, running_postgres

settings.register_profile("on a busy machine", deadline=None)
settings.load_profile("on a busy machine")


@pytest.fixture(scope="session")
def server() -> Iterator[Running]:
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def http(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60) as http:
        yield http


@pytest.fixture
def emulator(server: Running, http: httpx.Client) -> Emulator:
    """Return a client of demo, the only account: frozen clock, fixed seed, the world as at the start."""
    emulator = Emulator(server, http)
    http.post("/_emulator/purge").raise_for_status()
    emulator.reset(scenario="demo", seed=SEED)
    return emulator


@pytest.fixture
def time() -> FakeClock:
    return FakeClock()


@pytest.fixture
def lasting(time: FakeClock, tmp_path: Path) -> Iterator[str]:
    """Return the location of a database that outlives its server: a file, or a PostgreSQL database."""
    with fresh_database(time) as url:
        yield url or str(tmp_path / "worlds.db")


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured, on any worker: their property `figures`."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties if report.when == "call" else ():
                if name == "figures":
                    terminalreporter.write_line(f"{report.nodeid}: {value}")
