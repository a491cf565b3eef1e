"""The extent of the measurements, and their working folder."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Plan:
    """The number of rounds, and the seconds of each load in a round. `folder` is removed afterwards."""

    rounds: int
    seconds: int
    folder: Path
