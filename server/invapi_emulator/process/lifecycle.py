"""Whether the server can answer: it starts, it is ready, it stops."""

from dataclasses import dataclass
from typing import Literal


@dataclass
class Lifecycle:
    state: Literal["starting", "ready", "stopping"] = "starting"

    @property
    def ready(self) -> bool:
        return self.state == "ready"
