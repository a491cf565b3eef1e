"""Schemas of the modules' failures (contract 2.2, 2.5, 5.3)."""

from typing import Any

from invapi_emulator import errors
from invapi_emulator.api.answer import REASON_HEADER
from invapi_emulator.api.envelope import failure_body

_STRING = {"type": "string"}

FAILURE_SCHEMAS: dict[str, Any] = {
    "ModuleFailure": {
        "type": "object",
        "description": "A refusal, with the four fields that clients read. `message` and `error` are equal.",
        "properties": {
            "result": {"type": "integer", "const": -1},
            "code": {
                "type": "integer",
                "maximum": -1,
                "description": "-2 for a bad or expired token, otherwise -1; a fault rule may set another code",
            },
            "message": _STRING,
            "error": _STRING,
            "key": _STRING | {"description": "present only if the key of a task is not found"},
        },
        "required": ["result", "code", "message", "error"],
        "additionalProperties": False,
    },
    "NoAppropriateServers": {
        "type": "object",
        "description": "The response to a login of an account without VMs: the only failure with another shape.",
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


def failure_headers(*, required: bool) -> dict[str, Any]:
    return {
        REASON_HEADER: {
            "description": "reason of the refusal, in one word; absent for a successful call",
            "required": required,
            "schema": {"$ref": "#/components/schemas/Reason"},
        }
    }


RETRY_AFTER: dict[str, Any] = {
    "Retry-After": {
        "description": "seconds to wait before the next call",
        "required": False,
        "schema": {"type": "integer", "minimum": 0},
    }
}

_STATUSES = {
    400: ("malformed_body", "a broken encoding or boundary", "the body has a broken percent-encoding: '%zz'"),
    413: ("body_too_large", "a body of more than 1 MiB or more than 1,000 fields",
          "a body of 1048577 bytes or more is too large; at most 1048576"),
    415: ("unsupported_media_type", "a body that is not a form",
          "a body of type 'application/json' is not a form; send application/x-www-form-urlencoded"),
    429: ("fault", "a fault rule limits the calls", "too many calls; ask again later"),
    501: ("not_emulated", "an action that the vendor documents and the emulator does not have",
          "eq/create_backup is an action of the real API that this emulator does not have"),
    503: ("unavailable", "the emulator is starting or stopping, or has lost its database", "the emulator is starting; ask again"),
}  # fmt: skip


def transport_failures() -> dict[str, Any]:
    """Return the responses of all statuses other than 200. All have the same envelope."""
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
