"""One server and one browser for all tests. Each test has its own account and window."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from invapi_emulator.testing import Account, Emulator
from tests.browser.driving.chromium import chromium
from tests.browser.driving.visit import Visit, visiting
from tests.support.processes import served


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def emulation() -> Iterator[Emulator]:
    with served("--clock", "frozen", "--seed", "7") as server:
        yield Emulator(server.url)


@pytest.fixture
def account(emulation: Emulator) -> Iterator[Account]:
    account = emulation.account(seed=7)
    yield account
    account.close()


@pytest.fixture
def visit(browser: Browser, account: Account) -> Iterator[Visit]:
    with visiting(browser, account) as visit:
        yield visit
