"""The load generator: runs `wrk` and parses its output."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Driven:
    """The result: calls per second, and the milliseconds within which half and 99 % of them were answered."""

    calls: int
    per_second: float
    p50: float
    p99: float
    failed: int
    """Answers with a failing HTTP status, and broken connections."""


def drive(url: str, script: str, *words: str, connections: int, seconds: int) -> Driven:
    """Make calls for this long over this many connections, as many as the server answers."""
    ended = subprocess.run(
        ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--latency",
         "--timeout", "30s", "--script", str(HERE / script), url, "--", *words],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return parsed(ended.stdout)


def parsed(printed: str) -> Driven:
    """Parse the output of `wrk --latency`."""
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", printed)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", printed)
    failed = sum(int(number) for found in (bad, broken) if found for number in found.groups())
    return Driven(
        calls=int(_found(r"(\d+) requests in", printed)[1]),
        per_second=float(_found(r"Requests/sec:\s+([\d.]+)", printed)[1]),
        p50=_milliseconds("50", printed),
        p99=_milliseconds("99", printed),
        failed=failed,
    )


def _milliseconds(percent: str, printed: str) -> float:
    number, unit = _found(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m) *$", printed).groups()
    return float(number) * UNITS[unit]


def _found(pattern: str, printed: str) -> re.Match[str]:
    match = re.search(pattern, printed, re.MULTILINE)
    if match is None:
        raise RuntimeError(f"the output of wrk does not match {pattern}:\n{printed}")
    return match
