"""Tasks, as pure rules: plans, stages, ends."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from invapi_emulator.domain.instants import DAY, SECOND
from invapi_emulator.domain.tasks import (
    JITTER,
    PlannedStage,
    Stage,
    Task,
    advance,
    failed,
    has_aged_out,
    plan,
    progress_at,
    stage_at,
)

STAGES = (Stage("first", 4), Stage("second", 0, 0.5), Stage("third", 2, 0.1))
START = 1_000_000 * SECOND
instants = st.integers(min_value=START - 10 * SECOND, max_value=START + 120 * SECOND)


def a_task(due_at: int | None = START + 30 * SECOND) -> Task:
    stages = (PlannedStage("first", START + 10 * SECOND), PlannedStage("second", START + 30 * SECOND))
    return Task("k", "vm", "create_snapshot", 1, 1, {}, stages, START, due_at)


@given(st.lists(instants, max_size=6), instants)
def test_any_number_of_steps_gives_the_same_task(steps: list[int], last: int) -> None:
    task = a_task()
    for step in sorted([*steps, last]):
        task = advance(task, step)
    assert task == advance(a_task(), max([*steps, last]))


@given(instants)
def test_a_task_ends_at_its_due_time_not_when_it_is_read(now: int) -> None:
    task = advance(a_task(), now)
    assert (task.state, task.ended_at) == (
        ("done", task.due_at) if now >= START + 30 * SECOND else ("running", None)
    )


@given(instants, instants)
def test_an_end_is_final(now: int, later: int) -> None:
    for ended in (advance(a_task(), START + DAY), failed(advance(a_task(), START + DAY), "why")):
        assert advance(advance(ended, now), later) is ended


@given(instants)
def test_a_task_without_a_due_time_hangs(now: int) -> None:
    assert advance(a_task(due_at=None), now) == a_task(due_at=None)


@given(st.integers(1, 100_000), st.floats(0, 1, exclude_max=True))
def test_a_plan_starts_each_stage_when_the_previous_one_is_due(size_gb: int, fraction: float) -> None:
    stages = plan(STAGES, size_gb, START, lambda _name: fraction)
    assert [stage.name for stage in stages] == ["first", "second", "third"]
    ends = [START, *(stage.ends_at for stage in stages)]
    for stage, begin, end in zip(STAGES, ends, ends[1:], strict=False):
        nominal = (stage.seconds + stage.seconds_per_gb * size_gb) * SECOND
        assert nominal * (1 - JITTER) - SECOND / 1000 <= end - begin <= nominal * (1 + JITTER) + SECOND / 1000


@given(instants, instants)
def test_progress_never_decreases_and_is_full_only_when_done(one: int, other: int) -> None:
    sooner, later = sorted((one, other))
    before, after = (progress_at(advance(a_task(), now), now) for now in (sooner, later))
    assert 0 <= before <= after <= 100
    assert (after == 100) == (later >= START + 30 * SECOND)


def test_stages_follow_each_other() -> None:
    names = [
        stage_at(advance(a_task(), START + at * SECOND), START + at * SECOND) for at in (0, 9, 10, 29, 30, 99)
    ]
    assert names == ["first", "first", "second", "second", "done", "done"]
    assert stage_at(a_task(due_at=None), START + DAY) == "second"
    over = failed(advance(a_task(), START + DAY), "why")
    assert (stage_at(over, START + DAY), over.error) == ("failed", "why")
    assert progress_at(over, START + DAY) == 99


def test_a_key_ages_out_a_day_after_the_end() -> None:
    ended = advance(a_task(), START + DAY)
    assert not has_aged_out(ended, START + 30 * SECOND + DAY - 1)
    assert has_aged_out(ended, START + 30 * SECOND + DAY)
    assert not has_aged_out(replace(ended, ended_at=None), START + 100 * DAY)
