"""The calculating parts of the benchmarks: parsing wrk's output, comparing with targets."""

from collections import Counter

import pytest

from benchmarks.refusals import COUNTED, refused
from benchmarks.report import table
from benchmarks.row import Row, Target
from benchmarks.wrk import Driven, parsed

PRINTED = """\
Running 3s test @ http://127.0.0.1:8650/vm.php
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     4.90ms    1.10ms  30.42ms   93.55%
    Req/Sec     3.28k   311.24     3.63k    80.00%
  Latency Distribution
     50%  612.00us
     75%    5.00ms
     90%    5.57ms
     99%    1.46s\x20
  9797 requests in 3.00s, 2.34MB read
Requests/sec:   3263.71
Transfer/sec:    796.80KB
"""
BAD = "  Socket errors: connect 0, read 2, write 0, timeout 1\n  Non-2xx or 3xx responses: 7\n"


def row(figures: list[float], target: Target | None, no_success: int = 0) -> Row:
    measured = {"floor": [100.0], "emulator": figures}
    return Row("name", "what", "calls/s", measured, figures, "× floor", target, no_success=no_success)


def test_the_output_of_wrk_is_parsed() -> None:
    assert parsed(PRINTED) == Driven(calls=9797, per_second=3263.71, p50=0.612, p99=1460, failed=0)


def test_broken_connections_and_bad_statuses_do_not_succeed() -> None:
    assert parsed(PRINTED.replace("Requests/sec", BAD + "Requests/sec")).failed == 10


def test_a_run_without_any_answer_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="the output of wrk does not match"):
        parsed("unable to connect to 127.0.0.1:1 Connection refused\n")


def test_results_are_read_from_the_metrics() -> None:
    line = 'invapi_emulator_calls_total{action="check",module="eq_callback",result="ok"} 1.5e+06\n'
    assert COUNTED.findall(line) == [('action="check",module="eq_callback",result="ok"', "1.5e+06")]


def test_the_median_is_compared_with_the_target() -> None:
    figures = [1.0, 1.1, 9.0]
    assert row(figures, Target("≥", 1.1)).is_met is True
    assert row(figures, Target("≥", 1.2)).is_met is False
    assert row(figures, Target("≤", 1.2)).is_met is True
    assert row(figures, None).is_met is None


def test_a_row_with_failed_calls_meets_no_target() -> None:
    assert row([1.0], Target("≤", 1.2), no_success=1).is_met is False


def test_the_table_shows_medians_with_least_and_most_and_failed_calls() -> None:
    lines = table([row([1.0, 1.25, 9000.0], Target("≥", 1.2), no_success=3)]).splitlines()
    cells = [cell.strip() for cell in lines[2].strip("|").split("|")]
    figure = "1.25 (1-9,000)"
    note = "3 CALLS DID NOT SUCCEED"
    assert cells == ["what", "calls/s", "100", "", figure, f"{figure} × floor", "≥ 1.2", "no", note]


def test_refusals_are_counted_by_reason() -> None:
    before, after = Counter(ok=1, vm_locked=1), Counter(ok=9, vm_locked=4)
    assert refused(before, after) == {"vm_locked": 3}
