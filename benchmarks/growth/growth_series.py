"""The series: what grows and to which sizes, and how the time of a call grows with it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.growth.filled_store import Holding, Store

FLAT = 1.3
"""A final time of up to this many times the first is not growth: these machines are too noisy to tell."""


ALWAYS = ("get_snapshot", "create_snapshot", "check", "reset", "list")
BUYING = (*ALWAYS, "order", "apply_credit", "get_invoices")


@dataclass(frozen=True, slots=True)
class Series:
    """One thing that grows: its name, its sizes, a store of each size, and the names of the calls that are timed."""

    name: str
    sizes: tuple[int, ...]
    store: Callable[[int], Store]
    calls: tuple[str, ...] = ALWAYS


_TO_TEN_THOUSAND = (10, 100, 1_000, 10_000)
_TO_HUNDRED_THOUSAND = (*_TO_TEN_THOUSAND, 100_000)

SERIES = (
    Series(
        "VMs of 10 other accounts, 4 snapshots each",
        _TO_HUNDRED_THOUSAND,
        lambda n: Store(others=10, theirs=Holding(vms=n // 10, snapshots=4)),
    ),
    Series(
        "VMs of the account, 4 snapshots each",
        _TO_HUNDRED_THOUSAND,
        lambda n: Store(Holding(vms=n - 3, snapshots=4)),
    ),
    Series(
        "snapshots of 10 other accounts",
        _TO_HUNDRED_THOUSAND,
        lambda n: Store(others=10, theirs=Holding(vms=1, snapshots=n // 10)),
    ),
    Series(
        "snapshots of 10 other VMs of the account",
        _TO_HUNDRED_THOUSAND,
        lambda n: Store(Holding(vms=10, snapshots=n // 10)),
    ),
    Series("ended tasks of the account", _TO_TEN_THOUSAND, lambda n: Store(Holding(ended=n))),
    Series("tasks under way of the account", _TO_TEN_THOUSAND, lambda n: Store(Holding(under_way=n))),
    Series("calls in the account's journal", (10, 100, 1_000), lambda n: Store(Holding(calls=n))),
    Series(
        "calls in the journals of 100 others",
        (100, 1_000, 10_000, 100_000),
        lambda n: Store(others=100, theirs=Holding(vms=1, calls=n // 100)),
    ),
    Series("accounts, all quiet", _TO_TEN_THOUSAND, lambda n: Store(others=n)),
    Series(
        "accounts, each with a task under way",
        _TO_TEN_THOUSAND,
        lambda n: Store(others=n, theirs=Holding(vms=1, under_way=1)),
    ),
    Series(
        "orders of the account, servers gone", _TO_TEN_THOUSAND, lambda n: Store(Holding(orders=n)), BUYING
    ),
    Series(
        "orders of the account, with their servers",
        _TO_TEN_THOUSAND,
        lambda n: Store(Holding(vms=n, orders=n, rented=True)),
        BUYING,
    ),
    Series("events of the account", _TO_TEN_THOUSAND, lambda n: Store(Holding(events=n))),
)


def growth(medians: Mapping[int, float]) -> float:
    """Return the ratio of the time at the largest size to the time at the smallest."""
    return medians[max(medians)] / medians[min(medians)]


def verdict(medians: Mapping[int, float]) -> str:
    """Tell whether a curve is flat, or whether a logarithm or a straight line fits it better."""
    if growth(medians) <= FLAT:
        return "flat"
    times = list(medians.values())
    logarithmic = _misfit([math.log(size) for size in medians], times)
    return "logarithmic" if logarithmic <= _misfit(list(medians), times) else "faster"


def _misfit(sizes: list[float], times: list[float]) -> float:
    """Return the sum of squared residuals of a straight line through these points."""
    middle, mean = sum(sizes) / len(sizes), sum(times) / len(times)
    spread = sum((size - middle) ** 2 for size in sizes)
    slope = sum((size - middle) * (time - mean) for size, time in zip(sizes, times, strict=True)) / spread
    return sum((time - mean - slope * (size - middle)) ** 2 for size, time in zip(sizes, times, strict=True))
