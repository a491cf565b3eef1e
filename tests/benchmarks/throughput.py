"""Calls in a second and the time until an answer, of several loads that take turns in each round."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import loads
from loads import Load
from plan import Plan
from refusals import refused, results
from row import Row, Target
from stand import Stand, stand
from wrk import Driven, drive

Kind = Callable[[Stand, Plan], Load]


@dataclass(frozen=True)
class Turn:
    """One load of one round: what wrk says, and how many of its calls were refused for which reason."""

    driven: Driven
    refused: Mapping[str, int]

    @property
    def no_success(self) -> int:
        return self.driven.failed + sum(self.refused.values())


@dataclass(frozen=True)
class Asked:
    """A row of the issue's table: whose calls a second are held against whose, and the target."""

    what: str
    kind: Kind
    against: Kind
    target: Target | None


IN_A_SECOND = {
    "get_snapshot": Asked("`get_snapshot`", loads.get_snapshot, loads.floor, Target("≥", 1.2)),
    "create_snapshot": Asked(
        "`create_snapshot`, each of another VM, to a WAL file",
        loads.create_snapshot,
        loads.floor,
        Target("≥", 1.0),
    ),
    "check": Asked("`check` of a task under way", loads.check, loads.floor, Target("≥", 1.5)),
    "with_log": Asked(
        "`get_snapshot` with the log at its default", loads.get_snapshot_with_log, loads.floor, None
    ),
}


def measure(plan: Plan, names: Sequence[str], every: Sequence[Kind] = (loads.floor, loads.bare)) -> list[Row]:
    """Measure these rows in one run: each round has all their loads, and those of `every`, once."""
    asked = [IN_A_SECOND[name] for name in names]
    with stand(plan.folder) as servers:
        turns = in_turn([kind(servers, plan) for kind in (*every, *(row.kind for row in asked))], plan)
    rows = [_calls(name, IN_A_SECOND[name], turns) for name in names]
    return rows + [_latest(name, IN_A_SECOND[name], turns[name]) for name in names]


def in_turn(chosen: Sequence[Load], plan: Plan) -> dict[str, list[Turn]]:
    """Drive each load once a round, so that a busy moment of the machine meets all of them."""
    turns: dict[str, list[Turn]] = {load.name: [] for load in chosen}
    for number in range(plan.rounds):
        for load in chosen:
            turn = once(load, plan.seconds)
            turns[load.name].append(turn)
            bad = f", {turn.no_success} no success: {dict(turn.refused)}" if turn.no_success else ""
            print(
                f"round {number + 1}: {load.name} {turn.driven.per_second:.0f}/s, p50 {turn.driven.p50:.2f} ms{bad}"
            )
    return turns


def once(load: Load, seconds: int) -> Turn:
    words = load.prepare()
    load.server.settle()
    url = f"http://127.0.0.1:{load.server.port}{load.path}"
    if not load.counts_results:
        return Turn(drive(url, load.script, *words, connections=load.connections, seconds=seconds), {})
    with load.server.client() as client:
        before = results(client)
        driven = drive(url, load.script, *words, connections=load.connections, seconds=seconds)
        load.server.settle()
        after = results(client)
    assert after["ok"] - before["ok"] + refused(before, after).total() >= driven.calls, (
        "calls were not counted"
    )
    return Turn(driven, refused(before, after))


def _calls(name: str, asked: Asked, turns: Mapping[str, Sequence[Turn]]) -> Row:
    mine, floors = turns[name], turns["floor"]
    ratios = [a.driven.per_second / b.driven.per_second for a, b in zip(mine, floors, strict=True)]
    measured = {
        who: [turn.driven.per_second for turn in turns[who]] for who in ("floor", "bare") if who in turns
    }
    measured["emulator"] = [turn.driven.per_second for turn in mine]
    return Row(name, asked.what, "calls/s", measured, ratios, "× floor", asked.target, no_success=_bad(mine))


def _latest(name: str, asked: Asked, mine: Sequence[Turn]) -> Row:
    """Return how much longer the slowest in a hundred took than the median."""
    ratios = [turn.driven.p99 / turn.driven.p50 for turn in mine]
    measured = {"emulator": [turn.driven.p99 for turn in mine]}
    p50 = sorted(turn.driven.p50 for turn in mine)[len(mine) // 2]
    note = f"its median: {p50:.2f} ms"
    return Row(
        f"{name}_p99", f"p99 of {asked.what}", "ms", measured, ratios, "× its median", Target("≤", 3), note
    )


def _bad(turns: Sequence[Turn]) -> int:
    return sum(turn.no_success for turn in turns)
