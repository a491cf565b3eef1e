"""An emulator to control, with an empty account and demo."""

from collections.abc import Iterator

import pytest

from invapi_emulator.testing import Account
from invapi_emulator.testing import Emulator as Control
from tests.support.harness import Emulator, Running
from tests.support.large_answer import Making, large_answers_in_place


@pytest.fixture
def control(server: Running) -> Control:
    return Control(url=server.url)


@pytest.fixture
def copy(control: Control) -> Iterator[Account]:
    with control.account(name="copy", scenario="empty", seed=1) as account:
        yield account


@pytest.fixture
def original(control: Control, emulator: Emulator) -> Account:
    return Account(control, emulator.http.get("/_emulator/accounts/demo").json())


@pytest.fixture
def making(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Making]:
    with large_answers_in_place(emulator, monkeypatch) as making:
        yield making
