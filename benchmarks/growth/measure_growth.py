"""Time per call as the store grows: make bench-growth."""

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from benchmarks.growth.blamed_statements import Blamed, blamed
from benchmarks.growth.filled_store import fill
from benchmarks.growth.growth_plot import drawn
from benchmarks.growth.growth_series import SERIES, Series, growth, verdict
from benchmarks.growth.timed_calls import CALLS, Client
from tests.support.processes import ROOT, served

Curves: TypeAlias = dict[str, dict[int, float]]
"""Milliseconds by size, by the name of the call."""

ROUNDS, IN_A_ROW = 10, 20
"""Rounds of each size, and calls of each kind in a round. Sizes take turns, so noise affects all alike."""


def main() -> None:
    """Measure. With `--only`, former results of other series stay in the file of figures and in the plot."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", default="", help="series whose name contains this")
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    wanted = asked.parse_args()
    figures = ROOT / "artifacts/growth.json"
    found = json.loads(figures.read_text(encoding="utf-8")) if wanted.only and figures.exists() else {}
    for series in SERIES:
        if wanted.only in series.name:
            found[series.name] = _measured(series, wanted.rounds)
    figures.parent.mkdir(exist_ok=True)
    figures.write_text(json.dumps(found, indent=1), encoding="utf-8")
    known = json.loads(figures.read_text(encoding="utf-8"))
    _print_target(known)
    pictures = {each.name: _curves(known[each.name]["calls"]) for each in SERIES if each.name in known}
    (ROOT / "docs/evidence/growth.svg").write_text(drawn(pictures), encoding="utf-8")


def _print_target(known: dict[str, Any]) -> None:
    """Print the ratio of 100,000 VMs and 400,000 snapshots to 10 VMs. The target is at most 1.3."""
    for series in SERIES[:2]:
        if series.name in known:
            medians, _ = _curves(known[series.name]["calls"])
            ratios = ", ".join(f"{call} {growth(ms):.2f} ×" for call, ms in medians.items())
            print(f"\n100,000 VMs and 400,000 snapshots against 10 VMs ({series.name}): {ratios}")


def _curves(calls: dict[str, dict[str, dict[str, float]]]) -> tuple[Curves, Curves]:
    """Return the stored medians and ninth deciles."""
    median, slow = (
        {call: {int(size): ms for size, ms in figures[what].items()} for call, figures in calls.items()}
        for what in ("median_ms", "p90_ms")
    )
    return median, slow


def _measured(series: Series, rounds: int) -> dict[str, Any]:
    """Measure one series and print it. Return its figures."""
    with TemporaryDirectory() as folder:
        files = {size: Path(folder, f"{size}.db") for size in series.sizes}
        for size, file in files.items():
            fill(file, series.store(size))
        mib = {size: round(file.stat().st_size / 2**20, 1) for size, file in files.items()}
        times, ready = _timed(files, rounds, series.calls)
        guilty = blamed(files[series.sizes[0]], files[series.sizes[-1]])
    medians, slow = (
        {call: {size: share(of[size]) * 1000 for size in files} for call, of in times.items()}
        for share in (statistics.median, _ninth_decile)
    )
    _print(series, medians, slow, ready, guilty)
    calls = {call: {"median_ms": medians[call], "p90_ms": slow[call]} for call in series.calls}
    known = {"calls": calls, "file_mib": mib, "start_seconds": ready}
    return known | {"statements_that_grew": [asdict(each) for each in guilty]}


def _ninth_decile(times: list[float]) -> float:
    return statistics.quantiles(times, n=10)[-1]


def _timed(
    files: dict[int, Path], rounds: int, calls: Sequence[str]
) -> tuple[dict[str, dict[int, list[float]]], dict[int, float]]:
    """Return the seconds of each call, by call and size, and of each server until it was ready."""
    times: dict[str, dict[int, list[float]]] = {call: {size: [] for size in files} for call in calls}
    ready: dict[int, float] = {}
    with ExitStack() as servers:
        clients = {}
        for size, file in files.items():
            started_at = time.perf_counter()
            server = servers.enter_context(served("--db", str(file), "--log-level", "warning"))
            ready[size] = round(time.perf_counter() - started_at, 2)
            clients[size] = servers.enter_context(closing(Client(server.url)))
        for number in range(rounds + 1):
            for size, client in clients.items():
                client.close()  # the server may have closed it meanwhile; the next call connects again
                for call in calls:
                    took = [CALLS[call](client) for _ in range(IN_A_ROW if number else 3)]
                    times[call][size] += took if number else []  # the first round is a warm-up
    return times, ready


def _print(
    series: Series, medians: Curves, slow: Curves, ready: dict[int, float], guilty: list[Blamed]
) -> None:
    sizes = " | ".join(f"{size:,}" for size in series.sizes)
    print(f"\n## {series.name}\n\n| ms: median, p90 | {sizes} | growth | |")
    print("|---|" + "--:|" * (len(series.sizes) + 1) + "---|")
    for call, ms in medians.items():
        shown = " | ".join(f"{each:.1f}, {slow[call][size]:.1f}" for size, each in ms.items())
        growths = f"{growth(ms):.2f}, {growth(slow[call]):.2f}"
        print(f"| {call} | {shown} | {growths} | {verdict(ms)}, {verdict(slow[call])} |")
    print(f"| start, s | {' | '.join(f'{seconds:.1f}' for seconds in ready.values())} | | |\n")
    for each in guilty:
        print(f"{each.call}: {each.small_ms:.3f} → {each.large_ms:.3f} ms: {each.statement[:300]}")
        print(*(f"    {step}" for step in each.plan), sep="\n", flush=True)


if __name__ == "__main__":
    main()
