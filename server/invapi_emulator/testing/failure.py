"""The exception for a refusal of the control API."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from invapi_emulator.suggestions import did_you_mean

Json = dict[str, Any]


class ControlFailure(Exception):
    """The control API refused a request.

    `status` is the HTTP status; `answer["error"]` has `reason`, `message` and `field`.
    """

    def __init__(self, status: int, answer: Json) -> None:
        self.status = status
        self.answer = answer
        error = answer.get("error", {})
        # A string comes from a module: the URL leads to a path without a control API.
        said = error if isinstance(error, str) else f"{error.get('reason')}: {error.get('message')}"
        super().__init__(f"{status} {said}")

    @property
    def field(self) -> str | None:
        """The field of the request that was refused, if there is one."""
        error = self.answer.get("error")
        field = error.get("field") if isinstance(error, dict) else None
        return field if isinstance(field, str) else None

    def suggest(self, known: Iterable[str]) -> None:
        """Add a suggestion to the message if the server refused an unknown field that is like a known one."""
        error = self.answer.get("error")
        if isinstance(error, dict) and str(error.get("message")).endswith(": unknown field"):
            self.args = (f"{self}{did_you_mean(error.get('field'), known)}",)


@contextmanager
def unless_gone() -> Iterator[None]:
    """Let pass a refusal because the account is gone: a test removed it itself, or another suite purged it."""
    try:
        yield
    except ControlFailure as failure:
        if failure.answer["error"]["reason"] != "account_not_found":
            raise
