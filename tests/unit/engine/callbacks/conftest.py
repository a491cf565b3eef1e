from collections.abc import Iterator

import pytest

from invapi_emulator.storage.database import Database
from tests.support.fake_clock import FakeClock, opened


@pytest.fixture
def database(time: FakeClock, lasting: str) -> Iterator[Database]:
    with opened(time, db=lasting, clock="real", rate=10) as database:
        yield database
