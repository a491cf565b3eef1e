"""One server for each test process, and a world for each test. Its clock ends a task when it is polled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import (
    Program,
    VendorServer,
    account_of,
    build_terraform,
    module_of,
    panel_of,
    terraform_of,
    trusting,
    vendor_server,
)
from tests.acceptance.clients.mcp_model import Model, Starter, starter


@pytest.fixture(scope="session")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VendorServer]:
    with vendor_server(tmp_path_factory.mktemp("ca")) as server:
        yield server


@pytest.fixture
def account(vendor: VendorServer) -> Iterator[Account]:
    with account_of(vendor) as account:
        yield account


@pytest.fixture(scope="session")
def terraform(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> str:
    """Return the Terraform provider's program. Go's output is kept in pytest's own cache."""
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir("go-build").resolve()
    return build_terraform(tmp_path_factory.mktemp("terraform"), cache)


@pytest.fixture
def provider(terraform: str, account: Account) -> Program:
    return terraform_of(account, terraform)


@pytest.fixture
def start(tmp_path: Path, account: Account, vendor: VendorServer) -> Starter:
    return starter(tmp_path, account, vendor)


@pytest.fixture
def model(start: Starter) -> Iterator[Model]:
    with start() as model:
        model.ask(
            "initialize",
            protocolVersion="2025-06-18",
            capabilities={},
            clientInfo={"name": "t", "version": "0"},
        )
        yield model


@pytest.fixture
def panel(vendor: VendorServer, account: Account) -> Program:
    return panel_of(vendor, account)


@pytest.fixture
def stubborn(vendor: VendorServer) -> Iterator[tuple[Program, Account]]:
    """Return a panel for an account whose tasks are not ready for the first hundred checks."""
    with account_of(vendor, polls=100) as account:
        yield panel_of(vendor, account), account


@pytest.fixture
def module(vendor: VendorServer, account: Account) -> Program:
    """Return the WHMCS module at its original address, over HTTPS that it verifies."""
    return module_of(account, vendor.secure_port, *trusting(vendor))
