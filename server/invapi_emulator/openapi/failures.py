"""How the modules say that something was wrong, as schemas (contract 2.2, 2.5, 5.3)."""

from collections.abc import Iterator
from typing import Any

from invapi_emulator import errors
from invapi_emulator.api.answer import REASON_HEADER
from invapi_emulator.api.envelope import failure_body
from invapi_emulator.errors import ApiError

_STRING = {"type": "string"}

FAILURE_SCHEMAS: dict[str, Any] = {
    "ModuleFailure": {
        "type": "object",
        "description": "A refusal, in all four ways that clients look for one; `message` and `error` are alike.",
        "properties": {
            "result": {"type": "integer", "const": -1},
            "code": {
                "type": "integer",
                "maximum": -1,
                "description": "-2 for a bad or expired token, else -1; a fault rule may choose another",
            },
            "message": _STRING,
            "error": _STRING,
            "key": _STRING | {"description": "only where the key of a task is not found"},
        },
        "required": ["result", "code", "message", "error"],
        "additionalProperties": False,
    },
    "NoAppropriateServers": {
        "type": "object",
        "description": "A login of an account without VMs: the one exception in shape.",
        "properties": {
            "result": {"type": "integer", "const": -1},
            "error": _STRING,
            "code": _STRING | {"const": "NO_APPROPRIATE_SERVERS"},
        },
        "required": ["result", "error", "code"],
        "additionalProperties": False,
    },
}

NO_SERVERS = failure_body(errors.NoAppropriateServers())


def reasons() -> list[str]:
    """Return every word that the header X-Emulator-Reason may hold."""
    return sorted({reason for error in _kinds_of(ApiError) if (reason := getattr(error, "reason", ""))})


def failure_headers(*, required: bool) -> dict[str, Any]:
    return {
        REASON_HEADER: {
            "description": "why the call was refused, in one word; absent from an answer that is no refusal",
            "required": required,
            "schema": {"$ref": "#/components/schemas/Reason"},
        }
    }


RETRY_AFTER: dict[str, Any] = {
    "Retry-After": {
        "description": "seconds after which to ask again",
        "required": False,
        "schema": {"type": "integer", "minimum": 0},
    }
}

_STATUSES = {
    400: ("malformed_body", "a broken encoding or boundary", "the body has a broken percent-encoding: '%zz'"),
    413: ("body_too_large", "a body over 1 MiB, or over 1,000 fields",
          "a body of 1048577 bytes or more is too large; at most 1048576"),
    415: ("unsupported_media_type", "a body that is no form",
          "a body of type 'application/json' is no form; send application/x-www-form-urlencoded"),
    429: ("fault", "a fault rule limits the calls", "too many calls; ask again later"),
    501: ("not_emulated", "an action that the vendor documents and the emulator does not have",
          "eq/reinstall is an action of the real API that this emulator does not have"),
    503: ("unavailable", "the emulator starts, stops or has lost its database", "the emulator is starting; ask again"),
}  # fmt: skip


def transport_failures() -> dict[str, Any]:
    """Return the answers with another status than 200: the same envelope in each."""
    return {
        str(status): {
            "description": f"`{reason}`: {when}",
            "headers": failure_headers(required=True) | (RETRY_AFTER if status in {429, 503} else {}),
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/ModuleFailure"},
                    "example": {"result": -1, "code": -1, "message": message, "error": message},
                }
            },
        }
        for status, (reason, when, message) in _STATUSES.items()
    }


def _kinds_of(error: type[ApiError]) -> Iterator[type[ApiError]]:
    for kind in error.__subclasses__():
        yield kind
        yield from _kinds_of(kind)
