"""An account for each test. Its tasks end at their second check."""

from collections.abc import Iterator

import pytest

from invapi_emulator.testing.account import Account
from tests.support.harness import Running
from tests.support.kit_runs import account_of


@pytest.fixture
def account(server: Running) -> Iterator[Account]:
    with account_of(server.url) as account:
        yield account
