"""How much is measured, and where what is needed meanwhile lies."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Plan:
    """So many rounds, each load for so many seconds in each; `folder` is gone afterwards."""

    rounds: int
    seconds: int
    folder: Path
