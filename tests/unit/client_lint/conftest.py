"""A server for each test, because journals survive resets."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.harness import Emulator, running


@pytest.fixture
def client() -> Iterator[Emulator]:
    with running() as server, httpx.Client(base_url=server.url, timeout=60) as http:
        yield Emulator(server, http)
