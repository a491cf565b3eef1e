"""The window of the timeline: it fits what there is, and always has now."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invapi_emulator.dashboard.scale import WINDOWS, window_of
from invapi_emulator.domain.instants import DAY, HOUR, MINUTE, SECOND, Instant
from invapi_emulator.domain.tasks import PlannedStage, Task

NOW = 10 * DAY


def task(created_at: Instant, due_at: Instant | None = None, ended_at: Instant | None = None) -> Task:
    return Task(
        key="k", module="vm", action="create_snapshot", vm_id=1, sequence=1, context={},
        stages=(PlannedStage("copying", ended_at or due_at or created_at),), created_at=created_at, due_at=due_at,
        state="done" if ended_at else "running", ended_at=ended_at,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ago", "ahead"), [(20 * SECOND, 40 * SECOND), (MINUTE, 8 * MINUTE), (5 * HOUR, 1 * HOUR)]
)
def test_the_window_fits_a_running_task(ago: Instant, ahead: Instant) -> None:
    scale = window_of("", [task(NOW - ago, due_at=NOW + ahead)], NOW)
    assert NOW - 2 * ago < scale.since < NOW - ago
    assert NOW + ahead < scale.until < NOW + ahead + ago + ahead


def test_a_task_that_ended_long_ago_is_in_view_with_now() -> None:
    scale = window_of("", [task(NOW - 3 * HOUR, ended_at=NOW - 2 * HOUR)], NOW)
    assert scale.place(NOW - 3 * HOUR) > 0
    assert 90 < scale.place(NOW) < 100


@given(
    st.lists(st.tuples(st.integers(0, 3 * DAY), st.none() | st.integers(1, 10**6 * DAY)), max_size=12),
    st.sampled_from(["", *WINDOWS]),
)
def test_now_is_never_at_an_edge(spans: list[tuple[Instant, Instant | None]], wanted: str) -> None:
    tasks = [task(NOW - ago, due_at=None if ahead is None else NOW + ahead) for ago, ahead in spans]
    assert 5 < window_of(wanted, tasks, NOW).place(NOW) < 99
