"""Loads that take turns: each runs once in a round, so a busy moment of the machine affects all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.loads import Load
from benchmarks.plan import Plan
from benchmarks.refusals import refused, results
from benchmarks.wrk import Driven, drive


@dataclass(frozen=True)
class Turn:
    """One load in one round: wrk's output, and the number of refused calls by reason."""

    driven: Driven
    refused: Mapping[str, int]

    @property
    def no_success(self) -> int:
        return self.driven.failed + sum(self.refused.values())


def in_turn(chosen: Sequence[Load], plan: Plan) -> list[list[Turn]]:
    """Run the loads. Return the turns of each."""
    turns: list[list[Turn]] = [[] for _ in chosen]
    for number in range(1, plan.rounds + 1):
        for load, its_turns in zip(chosen, turns, strict=True):
            turn = once(load, plan.seconds)
            its_turns.append(turn)
            _say(number, load, turn)
    return turns


def once(load: Load, seconds: int) -> Turn:
    """Run a load for this long, once its server is idle."""
    words = load.prepare()
    load.server.settle()
    url = f"http://127.0.0.1:{load.server.port}{load.path}"
    with load.server.client() as client:
        before = results(client) if load.counts_results else None
        driven = drive(url, load.script, *words, connections=load.connections, seconds=seconds)
        load.server.settle()
        if before is None:
            return Turn(driven, {})
        after = results(client)
    reasons = refused(before, after)
    assert after["ok"] - before["ok"] + reasons.total() >= driven.calls, "the emulator counted fewer calls"
    return Turn(driven, reasons)


def _say(number: int, load: Load, turn: Turn) -> None:
    driven = turn.driven
    bad = f", no success: {turn.no_success} {dict(turn.refused)}" if turn.no_success else ""
    print(
        f"round {number}: {load.name}: {driven.per_second:.0f} calls/s, p50 {driven.p50:.2f} ms, "
        f"p99 {driven.p99:.2f} ms{bad}",
        flush=True,
    )
