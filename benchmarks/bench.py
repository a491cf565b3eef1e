"""`make bench`: runs the measurements, prints the table and writes it as JSON."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import due_tasks, new_accounts, peers, pytest_tests, resident, starting, streaming, throughput
from benchmarks.plan import Plan
from benchmarks.report import surroundings, table, write
from benchmarks.row import Row

OTHERS = {
    "start": starting.measure,
    "memory": resident.measure,
    "account": new_accounts.measure,
    "pytest": pytest_tests.measure,
    "due": due_tasks.measure,
    "streams": streaming.measure,
}
ROWS = (*throughput.ASKED, *OTHERS)
"""The measurements by default. --peers adds throughput.PEERS."""


def main(words: Sequence[str]) -> int:
    asked = _arguments(words)
    names = [*(asked.only or ROWS), *(throughput.PEERS if asked.peers else ())]
    load_before = os.getloadavg()[0]
    with TemporaryDirectory(prefix="bench-") as folder:
        plan = Plan(asked.rounds, asked.seconds, Path(folder))
        rows = _measured(names, plan)
        where = surroundings(plan) | {"load before": load_before}
        where |= peers.versions(plan.folder) if asked.peers else {}
    write(Path(os.environ.get("BENCH_JSON", "bench.json")), where, rows)
    print("\n" + table(rows) + "\n\n" + ", ".join(f"{name} {value}" for name, value in where.items()))
    return 1 if any(row.no_success for row in rows) else 0


def _measured(names: Sequence[str], plan: Plan) -> list[Row]:
    rows: list[Row] = []
    if by_wrk := {
        name: asked for name, asked in (throughput.ASKED | throughput.PEERS).items() if name in names
    }:
        rows += throughput.measure(plan, by_wrk)
    for name, measure in OTHERS.items():
        if name in names:
            print(f"{name} ...", flush=True)
            rows += measure(plan)
    return rows


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=ROWS, metavar="ROW", help=f"of {', '.join(ROWS)}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="for each load in each round")
    parser.add_argument("--peers", action="store_true", help="add moto and mountebank, from their registries")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
