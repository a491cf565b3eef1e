"""The lifecycle of the server: starting, ready, stopping."""

from dataclasses import dataclass
from typing import Literal


@dataclass
class Lifecycle:
    state: Literal["starting", "ready", "stopping"] = "starting"

    @property
    def ready(self) -> bool:
        return self.state == "ready"
