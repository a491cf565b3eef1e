"""Clocks, as pure rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invapi_emulator.domain.clocks import Clock, ClockMode, ClockStart
from invapi_emulator.domain.instants import DAY, LATEST, SECOND, SEEDED_START, iso, parse_iso

REAL = 1_800_000_000 * SECOND
modes: st.SearchStrategy[ClockMode] = st.sampled_from(("real", "frozen", "auto"))
rates = st.floats(0.001, 10_000)
clocks = st.builds(Clock, modes, rates, st.integers(0, 9), st.integers(0, REAL * 2), st.just(REAL))
moments = st.integers(REAL, REAL + 100 * DAY)


@given(clocks, moments, moments)
def test_no_clock_runs_backwards(clock: Clock, one: int, other: int) -> None:
    assert clock.now(min(one, other)) <= clock.now(max(one, other))


@given(clocks, moments, st.none() | modes, st.none() | rates, st.none() | st.integers(0, 9))
def test_a_change_keeps_now_continuous(
    clock: Clock, real_now: int, mode: ClockMode | None, rate: float | None, polls: int | None
) -> None:
    changed = clock.changed(real_now, mode=mode, rate=rate, polls=polls)
    assert changed.now(real_now) == clock.now(real_now)


@given(clocks, st.integers(0, DAY))
def test_the_real_time_of_an_instant_is_when_the_clock_reaches_it(clock: Clock, ahead: int) -> None:
    real_time = clock.real_time_of(clock.base + ahead)
    if clock.mode == "frozen":
        assert real_time is None
    else:
        assert real_time is not None
        slack = int(clock.rate) + 2
        assert clock.now(real_time) >= min(clock.base + ahead, LATEST) - slack
        assert clock.now(real_time - 2) <= clock.base + ahead + slack


def test_no_clock_goes_beyond_the_last_date() -> None:
    clock = Clock("real", 10_000, 1, LATEST - SECOND, REAL)
    assert clock.now(REAL + DAY) == LATEST
    assert iso(LATEST) == "9999-12-31T23:59:59Z"


@pytest.mark.parametrize(
    ("mode", "seeded", "starts_at"),
    [("real", False, REAL), ("real", True, REAL), ("frozen", True, SEEDED_START), ("auto", True, SEEDED_START),
     ("frozen", False, REAL - DAY), ("auto", False, REAL - DAY)],
)  # fmt: skip
def test_the_start_of_a_clock(mode: ClockMode, *, seeded: bool, starts_at: int) -> None:
    clock = ClockStart(mode).clock(seeded=seeded, made_at=REAL - DAY, real_now=REAL)
    assert clock.now(REAL) == starts_at


def test_a_chosen_start_overrides_the_others() -> None:
    assert ClockStart("frozen", now=5).clock(seeded=True, made_at=REAL, real_now=REAL).now(REAL) == 5


@given(st.integers(0, LATEST))
def test_timestamps_are_read_as_written(instant: int) -> None:
    assert parse_iso(iso(instant)) == instant


def test_an_almost_stopped_clock_never_reaches_a_later_time() -> None:
    assert Clock("real", 1e-320, 1, 0, REAL).real_time_of(1_000_000) is None
