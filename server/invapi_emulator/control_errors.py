"""The refusals of the control API, which `control/failures.py` turns into answers."""

from typing import ClassVar


class ControlError(Exception):
    """A refused request to the control API. `field` is the invalid field of the body, if there is one.

    `hint` is for the log of the server: the flag that opens the control API to such a request.
    """

    status: ClassVar[int]
    hint: str | None = None

    def __init__(self, reason: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.field = field


class NotFound(ControlError):
    status = 404


class Conflict(ControlError):
    status = 409


class Unprocessable(ControlError):
    status = 422


class Hinted(ControlError):
    """A refusal with a hint for the log, which tells it once."""

    def __init__(self, reason: str, message: str, hint: str | None) -> None:
        super().__init__(reason, message)
        self.hint = hint


class Forbidden(Hinted):
    status = 403


class Unauthorized(Hinted):
    status = 401


class WrongToken(Unauthorized):
    """A wrong admin token. It has a hint once a minute for each address."""


class TooManyWrongTokens(ControlError):
    """A wrong admin token from an address that has sent many. `retry_after` is in seconds."""

    status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__("too_many_wrong_tokens", message)
        self.retry_after = retry_after


class Stopped(ControlError):
    """The server stopped before a request had any effect, so it can be sent again."""

    status = 503
    retry_after = 1

    def __init__(self, message: str) -> None:
        super().__init__("unavailable", message)


class PartlyDone(ControlError):
    """The database was lost after a part of the request was kept. Sent again, that part would be done twice."""

    status = 503

    def __init__(self, message: str) -> None:
        super().__init__("unavailable", message)
