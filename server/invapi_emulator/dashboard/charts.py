"""Statistics as lines: the coordinates of each point in a drawing of 600 by 100."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from invapi_emulator.dashboard.words import action, bytes_
from invapi_emulator.domain.instants import EARLIEST, MINUTE, Instant, parse_iso
from invapi_emulator.domain.statistics import POINTS
from invapi_emulator.domain.tasks import Task

WIDTH, HEIGHT = 600, 100
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A series: its points, and its least, largest and last value as text."""

    name: str
    points: str
    least: str
    most: str
    last: str


@dataclass(frozen=True, slots=True)
class Shade:
    """The duration of a task in the drawing."""

    left: float
    width: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    top: str
    lines: tuple[Line, ...]

    @property
    def summary(self) -> str:
        parts = [
            f"{line.name}: minimum {line.least}, maximum {line.most}, last {line.last}" for line in self.lines
        ]
        return f"{self.title}, last hour. {'; '.join(parts)}"


@dataclass(frozen=True, slots=True)
class Statistics:
    since: Instant
    until: Instant
    charts: tuple[Chart, ...]
    shades: tuple[Shade, ...]


def statistics_charts(statistics: Mapping[str, Any], tasks: Sequence[Task], now: Instant) -> Statistics:
    since = parse_iso(statistics["from"], EARLIEST)
    until = since + POINTS * MINUTE
    ram = statistics["ram"]
    shades = (_shade(task, since, until, now) for task in tasks)
    return Statistics(
        since=since,
        until=until,
        charts=(
            _chart("CPU", {"cpu": statistics["cpu"]}, 100, lambda value: f"{value:.0f} %"),
            _chart("Memory", {"used": [used * _MIB for used in ram["used"]]}, ram["total"] * _MIB, bytes_),
            _chart("Disk", statistics["disk"], 0, _speed),
            _chart("Network", statistics["net"], 0, _speed),
        ),
        shades=tuple(shade for shade in shades if shade is not None),
    )


def _chart(title: str, series: Mapping[str, Sequence[float]], top: float, write: Any) -> Chart:
    """Return a chart with the scale up to `top`, or up to the largest value if `top` is 0."""
    height = top or max(max(values) for values in series.values()) or 1
    lines = (
        Line(name, _points(values, height), write(min(values)), write(max(values)), write(values[-1]))
        for name, values in series.items()
    )
    return Chart(title, write(height), tuple(lines))


def _points(values: Sequence[float], height: float) -> str:
    step = WIDTH / (len(values) - 1)
    return " ".join(
        f"{place * step:.1f},{HEIGHT - HEIGHT * value / height:.1f}" for place, value in enumerate(values)
    )


def _shade(task: Task, since: Instant, until: Instant, now: Instant) -> Shade | None:
    start, end = max(task.created_at, since), min(task.ended_at or now, until)
    if end < since:
        return None
    scale = WIDTH / (until - since)
    return Shade(
        round((start - since) * scale, 1), round(max((end - start) * scale, 1), 1), action(task.action)
    )


def _speed(value: float) -> str:
    return f"{bytes_(value)}/s"
