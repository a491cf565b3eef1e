"""Answers of a target, as clients read them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from invapi_emulator.whole_answers import is_too_deep

INVALID_TOKEN = -2
SHORT = 120
Row: TypeAlias = dict[str, Any]
"""An object of a list, as the target sent it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. `body` is its JSON, None if it cannot be read; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    text: str
    body: Any

    @classmethod
    def of(cls, status: int, headers: Mapping[str, str], text: str) -> "Answer":
        return cls(status, {name.lower(): value for name, value in headers.items()}, text, json_in(text))

    def field(self, *path: str) -> Any:
        """Return the value at a path into the body, or None."""
        found = self.body
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found

    @property
    def key(self) -> str | None:
        """The key of the task that the call started."""
        key = self.field("callback")
        return key if isinstance(key, str) and key else None

    @property
    def is_failure(self) -> bool:
        """Tell whether it is a failure, by any of the four signs that clients look for (clause 2.2)."""
        if not isinstance(self.body, dict) or self.field("result") == "Fail":
            return False
        code = self.field("code")
        return (isinstance(code, int) and code < 0) or self.field("result") == -1 or "error" in self.body

    @property
    def ends_a_task(self) -> bool:
        """Tell whether a check says that the task has ended. An unknown answer does not say so."""
        return self.field("result") in {"OK", "Fail", "Error"} or self.is_failure

    @property
    def refuses_the_token(self) -> bool:
        text = self.message.lower()
        return self.field("code") == INVALID_TOKEN or "invalid token" in text or "token expired" in text

    @property
    def message(self) -> str:
        """The answer's message, or a description of the answer."""
        for name in ("message", "error", "scope", "result"):
            if isinstance(said := self.field(name), str):
                return shortened(said)
        kind = self.headers.get("content-type", "no content type")
        return (
            f"HTTP {self.status}, {kind}"
            if self.body is None
            else f"HTTP {self.status}, {type(self.body).__name__}"
        )

    def data(self) -> Any:
        """Return the data that a task fetched: `scope`, decoded if it is a JSON string."""
        scope = self.field("scope")
        if not isinstance(scope, str):
            return scope
        return json_in(scope)


def json_in(text: str) -> Any:
    """Return the JSON in a text. Return None for other text, and for JSON that is too deep."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return None if is_too_deep(found) else found


def whole_in(value: Any) -> int | None:
    """Return a whole number above 0, also if it is written as a string; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def rows_in(answer: Answer) -> list[Row] | None:
    """Return the rows of a list of snapshots, at once or from its key; None if there is no such list."""
    data = answer.data()
    for rows in (answer.field("snapshots"), data.get("snapshots") if isinstance(data, dict) else None):
        if isinstance(rows, list):
            return [row for row in rows if isinstance(row, dict)]
    return None


def shortened(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"
