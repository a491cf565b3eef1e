"""Rows measured with wrk: calls per second and time until an answer, of loads that take turns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks import growing, loads, on_postgres, peers, ruled
from benchmarks.loads import Load
from benchmarks.plan import Plan
from benchmarks.row import Row, Target
from benchmarks.stand import Stand, stand
from benchmarks.turns import Turn, in_turn
from benchmarks.wrk import Driven

Kind = Callable[[Stand, Plan], Load]
Turns = Mapping[Kind, Sequence[Turn]]


def per_second(driven: Driven) -> float:
    return driven.per_second


def middle(driven: Driven) -> float:
    return driven.p50


@dataclass(frozen=True)
class Asked:
    """A load, the load that it is compared with, the measure, and the target."""

    what: str
    kind: Kind
    target: Target | None
    against: Kind = loads.floor
    of: str = "floor"
    value: Callable[[Driven], float] = per_second
    has_p99: bool = False
    whose: str = "emulator"


ASKED = {
    "get_snapshot": Asked("`get_snapshot`", loads.get_snapshot, Target("≥", 0.9), has_p99=True),
    "get_snapshot_file": Asked("`get_snapshot`, to a WAL file", loads.get_snapshot_on_file, Target("≥", 0.7)),
    "create_snapshot": Asked(
        "`create_snapshot`, each of another VM, to a WAL file",
        loads.create_snapshot,
        Target("≥", 0.7),
        has_p99=True,
    ),
    "check": Asked("`check` of a task under way", loads.check, Target("≥", 1.4), has_p99=True),
    "presets": Asked("`presets` `list`, without a token", loads.presets, Target("≥", 1)),
    "presets_info": Asked("`presets` `info`, without a token", loads.presets_info, Target("≥", 1)),
    "os": Asked("`os` `list`, without a token", loads.systems, Target("≥", 1)),
    "traffic_plans": Asked("`traffic_plans` `list`, without a token", loads.plans, Target("≥", 1)),
    "with_log": Asked("`get_snapshot`, with the log at its default", loads.get_snapshot_with_log, None),
    "alone": Asked(
        "`get_snapshot` of one client alone, median",
        loads.get_snapshot_alone,
        Target("≤", 1.8),
        loads.floor_alone,
        value=middle,
    ),
    "observing": Asked(
        "`get_snapshot` with journal, events and metrics, against without",
        loads.get_snapshot,
        Target("≥", 0.9),
        loads.get_snapshot_unobserved,
        "without",
    ),
    "growth": Asked(
        "`get_snapshot` among 100,000 VMs and 400,000 snapshots, against 10 VMs, median",
        growing.among_many,
        Target("≤", 1.3),
        growing.among_ten,
        "among 10",
        middle,
    ),
    "load_stats": Asked(
        "`load_stats`, against `get_snapshot`",
        loads.load_stats,
        Target("≥", 0.7),
        loads.get_snapshot,
        "get_snapshot",
        has_p99=True,
    ),
    "rules": Asked(
        "`get_snapshot` with 1,000 fault rules about other calls, against none, median",
        ruled.with_rules,
        Target("≤", 1.2),
        ruled.without_rules,
        "without",
        middle,
    ),
    "postgres_show": Asked("on PostgreSQL: `show`", on_postgres.show, None),
    "postgres_get": Asked("on PostgreSQL: `get_snapshot`", on_postgres.get_snapshot, None),
    "postgres_create": Asked(
        "on PostgreSQL: `create_snapshot`, each of another VM", on_postgres.create_snapshot, None
    ),
    "postgres_check": Asked("on PostgreSQL: `check` of a task under way", on_postgres.check, None),
}

PEERS = {
    "moto_describe": Asked("moto: DescribeSnapshots of one", peers.moto_describe, None, whose="moto"),
    "moto_create": Asked("moto: CreateSnapshot", peers.moto_create, None, whose="moto"),
    "mountebank": Asked("mountebank: a constant for a form", peers.mountebank, None, whose="mountebank"),
}


def measure(plan: Plan, asked: Mapping[str, Asked]) -> list[Row]:
    """Measure these rows in one run. Each round has every load that they need, once."""
    kinds = list(dict.fromkeys(kind for row in asked.values() for kind in _needed(row)))
    with stand(plan.folder) as servers:
        turns = dict(zip(kinds, in_turn([kind(servers, plan) for kind in kinds], plan), strict=True))
    rows = [_held(name, row, turns) for name, row in asked.items()]
    return rows + [_p99(name, row, turns[row.kind]) for name, row in asked.items() if row.has_p99]


def _needed(row: Asked) -> Sequence[Kind]:
    return (loads.floor, loads.bare, row.kind) if row.against is loads.floor else (row.against, row.kind)


def _held(name: str, row: Asked, turns: Turns) -> Row:
    """Return a row with the ratio of two loads, calculated for each round."""
    measured = {row.of: _values(row, turns[row.against])}
    if row.against is loads.floor:
        measured["bare"] = _values(row, turns[loads.bare])
    measured[row.whose] = _values(row, turns[row.kind])
    ratios = [mine / other for mine, other in zip(measured[row.whose], measured[row.of], strict=True)]
    unit = "calls/s" if row.value is per_second else "ms"
    bad = sum(turn.no_success for kind in (row.kind, row.against) for turn in turns[kind])
    return Row(name, row.what, unit, measured, ratios, f"× {row.of}", row.target, no_success=bad)


def _values(row: Asked, turns: Sequence[Turn]) -> list[float]:
    return [row.value(turn.driven) for turn in turns]


def _p99(name: str, row: Asked, turns: Sequence[Turn]) -> Row:
    """Return a row that compares the slowest in a hundred with the median of the same round."""
    p99s, p50s = [turn.driven.p99 for turn in turns], [turn.driven.p50 for turn in turns]
    ratios = [p99 / p50 for p99, p50 in zip(p99s, p50s, strict=True)]
    note = f"median {median(p50s):.2f} ms"
    bad = sum(turn.no_success for turn in turns)
    what = f"{row.what}: p99"
    return Row(
        f"{name}_p99", what, "ms", {"emulator": p99s}, ratios, "× its median", Target("≤", 3), note, bad
    )
