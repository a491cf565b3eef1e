"""A row of the table: measurements by server, and the figure that is compared with a target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal


@dataclass(frozen=True)
class Target:
    """The minimum (≥) or maximum (≤) of a figure."""

    sign: Literal["≥", "≤"]
    limit: float

    def is_met(self, figure: float) -> bool:
        return figure >= self.limit if self.sign == "≥" else figure <= self.limit

    def __str__(self) -> str:
        return f"{self.sign} {self.limit:g}"


@dataclass(frozen=True)
class Row:
    """A row. `measured` has each round's result by server, in `unit`; `figures` are compared with the target.

    `no_success` counts calls that were refused or failed. A row with such calls is invalid.
    """

    name: str
    what: str
    unit: str
    measured: Mapping[str, Sequence[float]]
    figures: Sequence[float]
    figure_unit: str
    target: Target | None = None
    note: str = ""
    no_success: int = 0

    @property
    def figure(self) -> float:
        return median(self.figures)

    @property
    def is_met(self) -> bool | None:
        if self.target is None:
            return None
        return self.no_success == 0 and self.target.is_met(self.figure)

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "what": self.what,
            "unit": self.unit,
            "measured": {who: spread(figures) for who, figures in self.measured.items()},
            "figure": spread(self.figures) | {"unit": self.figure_unit},
            "target": None if self.target is None else str(self.target),
            "met": self.is_met,
            "no_success": self.no_success,
            "note": self.note,
        }


def spread(figures: Sequence[float]) -> dict[str, Any]:
    return {"median": median(figures), "least": min(figures), "most": max(figures), "all": list(figures)}
