"""One server for all that run in a process; a world for each test, whose clock ends a task when it is polled."""

from collections.abc import Iterator

import pytest
from client_programs import VendorServer, account_of, vendor_server

from invapi_emulator.testing import Account


@pytest.fixture(scope="session")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VendorServer]:
    with vendor_server(tmp_path_factory.mktemp("ca")) as server:
        yield server


@pytest.fixture
def account(vendor: VendorServer) -> Iterator[Account]:
    with account_of(vendor) as account:
        yield account
