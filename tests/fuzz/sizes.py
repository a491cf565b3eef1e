"""The extent of fuzzing: a quick form in `make acceptance`, a long one in `make soak`."""

import os
import time
from collections.abc import Callable

import pytest

SEED = int(os.environ.get("TEST_SEED", "7"))
"""The seed of all randomness here. The same seed makes the same calls."""

PROMISED = {
    "quick": {"model": 3_000, "forms": 1_600, "description": 400},
    "soak": {"model": 27_000, "forms": 19_000, "description": 4_000},
}
"""Minimum number of calls for each kind of fuzzing."""

assert sum(PROMISED["quick"].values()) == 5_000
assert sum(PROMISED["soak"].values()) == 50_000

SIZES = pytest.mark.parametrize(
    "size",
    [pytest.param("quick", marks=pytest.mark.acceptance), pytest.param("soak", marks=pytest.mark.soak)],
)


def settle_account(
    record_property: Callable[[str, object], None], kind: str, size: str, calls: int, since: float
) -> None:
    """Record the number of calls, and assert that it is large enough."""
    seconds = round(time.monotonic() - since)
    record_property("figures", f"fuzz by {kind}, {size}: calls={calls} seconds={seconds} TEST_SEED={SEED}")
    assert calls >= PROMISED[size][kind]
