"""What the control API refuses, as an exception."""

from typing import Any

Json = dict[str, Any]


class ControlFailure(Exception):
    """The control API refused: `status` and the `error` it answered, with `reason`, `message` and `field`."""

    def __init__(self, status: int, answer: Json) -> None:
        self.status = status
        self.answer = answer
        error = answer.get("error", {})
        # A string is a module's answer: the URL leads to a path where no control API is.
        said = error if isinstance(error, str) else f"{error.get('reason')}: {error.get('message')}"
        super().__init__(f"{status} {said}")
