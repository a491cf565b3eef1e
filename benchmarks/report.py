"""The table for people, and as JSON with the machine and the versions."""

import json
import os
import platform
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.plan import Plan
from benchmarks.row import Row

LIBRARIES = (
    "invapi-emulator",
    "fastapi",
    "starlette",
    "uvicorn",
    "uvloop",
    "httptools",
    "sqlalchemy",
    "pydantic",
)
HEADINGS = ("what", "unit", "floor", "bare", "emulator", "figure", "target", "met", "note")


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table. A cell is a median, with the least and the most of the rounds."""
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    lines = [
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells
    ]
    lines.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in lines)


def _cells(row: Row) -> tuple[str, ...]:
    met = {None: "", True: "yes", False: "no"}[row.is_met]
    others = [f"{who} {_cell(row.measured[who])}" for who in row.measured if who not in HEADINGS]
    bad = [f"{row.no_success} CALLS DID NOT SUCCEED"] if row.no_success else []
    return (
        row.what,
        row.unit,
        *(_cell(row.measured[who]) if who in row.measured else "" for who in ("floor", "bare", "emulator")),
        f"{_cell(row.figures)} {row.figure_unit}",
        "" if row.target is None else str(row.target),
        met,
        ", ".join([*bad, *others, *([row.note] if row.note else [])]),
    )


def _cell(figures: Sequence[float]) -> str:
    if len(figures) == 1:
        return _short(figures[0])
    return f"{_short(median(figures))} ({_short(min(figures))}-{_short(max(figures))})"


def _short(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def surroundings(plan: Plan) -> dict[str, Any]:
    """Return the date, the machine and the versions of the measurement."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in LIBRARIES},
        "rounds": plan.rounds,
        "seconds": plan.seconds,
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "unknown")


def write(path: Path, where: dict[str, Any], rows: Sequence[Row]) -> None:
    document = {"surroundings": where, "rows": [row.as_json() for row in rows]}
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
