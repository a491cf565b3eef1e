"""One server for the whole run. Each test gets the demo world as it was at the start."""

import gc
from collections.abc import Iterator
from pathlib import Path

import certifi
import httpx
import pytest
from hypothesis import settings

from tests.support.fake_clock import FakeClock, fresh_database
from tests.support.harness import SEED, Emulator, Running, running
from tests.support.postgres_server import Postgres, running_postgres

HERE = Path(__file__).parent

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
    """Return a client of demo, the only account: frozen clock, fixed seed, the world as at the start, no calls yet."""
    emulator = Emulator(server, http)
    http.post("/_emulator/purge").raise_for_status()
    emulator.reset(scenario="demo", seed=SEED)
    emulator.clear_requests()  # a reset keeps the journal
    return emulator


@pytest.fixture
def time() -> FakeClock:
    return FakeClock()


@pytest.fixture
def lasting(time: FakeClock, tmp_path: Path) -> Iterator[str]:
    """Return the location of a database that outlives its server: a file, or a PostgreSQL database."""
    with fresh_database(time) as url:
        yield url or str(tmp_path / "worlds.db")


@pytest.fixture(scope="session")
def _postgres_of_the_run() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def postgres(_postgres_of_the_run: Postgres) -> Iterator[Postgres]:
    """Return a PostgreSQL server without databases. Each module has it alone, and may stop and start it."""
    yield _postgres_of_the_run
    _postgres_of_the_run.clear()


@pytest.fixture(scope="session", autouse=True)
def _one_public_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let clients trust only one public certificate authority: reading all takes each client 20 ms of CPU."""
    end = "-----END CERTIFICATE-----\n"
    first = Path(certifi.where()).read_text(encoding="utf-8").partition(end)[0] + end
    file = tmp_path_factory.mktemp("authorities") / "one.pem"
    file.write_text(first, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(certifi, "where", lambda: str(file))
        yield


QUICK = ("unit", "contract")
"""The folders of `make test`, which does not import any others."""


@pytest.hookimpl(tryfirst=True)  # before marks are selected
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a test that no target runs. Tests that take minutes come first, those without measured coverage last.

    At the end one worker would be alone with the former. Once measuring has stopped, the thread of a running server is
    never measured again.
    """
    slower = {"acceptance", "image", "soak"}
    lost = [
        item.nodeid
        for item in items
        if item.path.relative_to(HERE).parts[0] not in QUICK
        and not slower & {mark.name for mark in item.iter_markers()}
    ]
    if lost:
        raise pytest.UsageError("outside tests/unit and tests/contract, and not marked: " + ", ".join(lost))
    items.sort(
        key=lambda item: (item.get_closest_marker("no_cover") is not None, "fuzz" not in item.path.parts)
    )


def pytest_collection() -> None:
    """Disable garbage collection while test modules are imported: all of them stay."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Exclude the modules and tests from later garbage collection, as a server does with its modules."""
    gc.freeze()
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured, on any worker: their property `figures`."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties if report.when == "call" else ():
                if name == "figures":
                    terminalreporter.write_line(f"{report.nodeid}: {value}")
