"""The refusals of the imitated API, which `api/envelope.py` turns into answers, and failures of tasks and starts."""

from collections.abc import Iterator
from typing import Any, ClassVar


class ApiError(Exception):
    """A failed call of the imitated API.

    `reason` is the word in the header X-Emulator-Reason (contract 2.5), `code` the number in the envelope.
    `status` is the HTTP status: 200 unless the transport itself failed (contract 1.4). `retry_after` is the
    header of that name, in seconds. The fields of `extra` are added to the body.
    """

    reason: ClassVar[str]
    code: int = -1
    status: int = 200
    retry_after: int | None = None

    def __init__(self, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra


class UnknownModule(ApiError):
    reason = "unknown_module"
    status = 404


class MethodNotAllowed(ApiError):
    reason = "method_not_allowed"
    status = 405


class BodyTooLarge(ApiError):
    reason = "body_too_large"
    status = 413


class UnsupportedMediaType(ApiError):
    reason = "unsupported_media_type"
    status = 415


class MalformedBody(ApiError):
    reason = "malformed_body"
    status = 400


class HeadTooLarge(ApiError):
    reason = "malformed_body"
    status = 431


class VersionNotSupported(ApiError):
    reason = "malformed_body"
    status = 505


class TooSlow(ApiError):
    """A request did not arrive completely within the server's timeout."""

    reason = "malformed_body"
    status = 408


class NotEmulated(ApiError):
    """The vendor documents this action, but the emulator does not have it (contract 2.6)."""

    reason = "not_emulated"
    status = 501


class Unavailable(ApiError):
    reason = "unavailable"
    status = 503
    retry_after: int | None = 1


class PerhapsDone(Unavailable):
    """Nobody can know whether the call was carried out, so nobody is invited to repeat it."""

    retry_after = None


class UnknownAction(ApiError):
    reason = "unknown_action"


class InvalidToken(ApiError):
    """Public clients log in again on this text (contract 2.3)."""

    reason = "invalid_token"
    code = -2

    def __init__(self) -> None:
        super().__init__("Invalid token")


class TokenExpired(ApiError):
    """Public clients log in again on this text (contract 2.3)."""

    reason = "token_expired"
    code = -2

    def __init__(self) -> None:
        super().__init__("Token expired")


class InvalidApiKey(ApiError):
    reason = "invalid_api_key"


class NoAppropriateServers(ApiError):
    """A login of an account without VMs. Its body has another shape (contract 5.3)."""

    reason = "no_appropriate_servers"

    def __init__(self) -> None:
        super().__init__("No appropriate servers found")


class NotInCatalogue(ApiError):
    """The catalogue has no such thing, or nothing that fits what was asked (contract 9)."""

    reason = "not_in_catalogue"


class KeyNotFound(ApiError):
    reason = "key_not_found"

    def __init__(self, key: str) -> None:
        super().__init__("AsyncKey not found", key=key)


class KeySpent(KeyNotFound):
    reason = "key_spent"


class KeyForgotten(KeyNotFound):
    """A fault rule made this key unknown. A client cannot tell it from a key that never existed."""

    reason = "fault"


class Faulted(ApiError):
    """The failure of a call by a fault rule (contract 2.5)."""

    reason = "fault"

    def __init__(
        self, message: str, *, code: int = -1, status: int = 200, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.retry_after = retry_after


class Refusal(ApiError):
    """A refusal about a VM. Its message gets the action's prefix (contract 2.4)."""


class InvalidParameter(Refusal):
    """A missing or malformed parameter. `about` is its name."""

    reason = "invalid_parameter"

    def __init__(self, about: str, message: str) -> None:
        super().__init__(message)
        self.about = about


class NothingToUpdate(Refusal):
    reason = "nothing_to_update"


class VmNotFound(Refusal):
    reason = "vm_not_found"


class NotSupported(Refusal):
    reason = "not_supported"


class NumbersUsedUp(NotSupported):
    """The account has given out the largest number that a world can have.

    A world may state a counter at its maximum. An account that counted further could not import its own export.
    """

    def __init__(self, most: int) -> None:
        super().__init__(f"the account has given out its last number, {most:,}; reset the account")


class VmLocked(Refusal):
    reason = "vm_locked"


class VmRunning(Refusal):
    reason = "vm_running"


class VmNotRunning(Refusal):
    reason = "vm_not_running"


class SnapshotNotFound(Refusal):
    reason = "snapshot_not_found"


class ImageMismatch(Refusal):
    reason = "image_mismatch"


class NameTaken(Refusal):
    reason = "name_taken"


class SnapshotLimit(Refusal):
    reason = "snapshot_limit"


class TagNotFound(Refusal):
    reason = "tag_not_found"


class SshKeyNotFound(ApiError):
    reason = "ssh_key_not_found"


class ApiKeyNotFound(ApiError):
    reason = "api_key_not_found"


class AccessDenied(ApiError):
    """The token is good, but not for this call."""

    reason = "access_denied"

    def __init__(self, message: str = "Access denied") -> None:
        super().__init__(message)


class InvoiceNotFound(ApiError):
    reason = "invoice_not_found"


class NotCompatible(Refusal):
    """The catalogue has both, but not together (contract 11.1)."""

    reason = "not_compatible"


class OutOfStock(ApiError):
    reason = "out_of_stock"


class InsufficientFunds(ApiError):
    reason = "insufficient_funds"

    def __init__(self) -> None:
        super().__init__("Insufficient funds")


class AlreadyPaid(ApiError):
    reason = "already_paid"


class AlreadyCancelled(Refusal):
    reason = "already_cancelled"


def reasons() -> list[str]:
    """Return the reasons of all refusals of calls, in alphabetical order."""
    return sorted({error.reason for error in kinds_of(ApiError)})


def kinds_of(error: type[ApiError]) -> Iterator[type[ApiError]]:
    """Yield the kinds of an error that have a reason."""
    for kind in error.__subclasses__():
        if hasattr(kind, "reason"):
            yield kind
        yield from kinds_of(kind)


class TaskFailed(Exception):
    """A task is due but cannot take effect. `error` is the text that the client reads (contract 3.5)."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class CannotStart(Exception):
    """The server cannot start. The message is one line that names the cause."""
