"""The exception for a refusal of the control API."""

from typing import Any

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
