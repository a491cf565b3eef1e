"""Messages of event streams, and positions in streams."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a stream: the account's time of creation, and the last event and last call sent."""

    made_at: int
    event: int
    request: int

    def __str__(self) -> str:
        return f"{self.made_at:x}-{self.event}-{self.request}"

    def is_behind(self, other: "Place") -> bool:
        return self.event < other.event or self.request < other.request


@dataclass(frozen=True, slots=True)
class Message:
    """A message, and the position of a stream after sending it."""

    place: Place
    text: bytes


@dataclass(frozen=True, slots=True)
class News:
    """Messages, and the number of the account's last call that was cleared, 0 if none was."""

    messages: list[Message]
    cleared: int


def message(place: Place, told: dict[str, Any]) -> Message:
    data = json.dumps({"id": str(place)} | told, separators=(",", ":"))
    return Message(place, f"id: {place}\ndata: {data}\n\n".encode())


def gap(place: Place) -> Message:
    """Return the message for a stream that missed events that are no longer stored."""
    return message(place, {"at": None, "kind": "gap"})
