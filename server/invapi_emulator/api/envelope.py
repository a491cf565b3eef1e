"""The failures of contract 2 with their headers."""

from http import HTTPStatus
from typing import Any

import orjson

from invapi_emulator.api.answer import Answer, RawHeaders
from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.contract.assumptions.transport import FAILURE_BODY, STATUS_OF_FAILURES
from invapi_emulator.errors import ApiError, NoAppropriateServers

_NOTHING_ELSE = Assumed()
_OK = 200

_IN_FAILURES = {
    "all-four": ("result", "code", "message", "error"),
    "code-message": ("code", "message"),
    "result-error": ("result", "error"),
}

_REASONS = {
    400: ("invalid_parameter", "nothing_to_update", "unknown_action"),
    401: ("invalid_token", "token_expired", "invalid_api_key"),
    403: ("no_appropriate_servers", "access_denied"),
    404: (
        "vm_not_found", "snapshot_not_found", "tag_not_found", "ssh_key_not_found", "api_key_not_found",
        "invoice_not_found", "key_not_found", "key_spent", "not_in_catalogue",
    ),
    402: ("insufficient_funds",),
    409: (
        "vm_locked", "vm_running", "vm_not_running", "image_mismatch", "name_taken", "snapshot_limit",
        "out_of_stock", "already_paid", "already_cancelled",
    ),
    422: ("not_supported", "not_compatible"),
}  # fmt: skip
HONEST = {reason: status for status, reasons in _REASONS.items() for reason in reasons}
"""The HTTP status of a refusal under option `honest` of assumption A-04; otherwise it is 200."""


def failure(error: ApiError, assumed: Assumed = _NOTHING_ELSE) -> Answer:
    """Return a refusal in all four ways that clients look for one (contract 2.2), or as the option of A-06 says."""
    status = error.status
    if status == _OK and assumed[STATUS_OF_FAILURES] == "honest":
        status = HONEST.get(error.reason, _OK)
    more = ((b"allow", b"GET, POST, OPTIONS"),) if error.status == HTTPStatus.METHOD_NOT_ALLOWED else ()
    return Answer(orjson.dumps(failure_body(error, assumed)), status, error.reason, error.retry_after, more)


def refusal(error: ApiError) -> tuple[int, RawHeaders, bytes]:
    """Return status, headers and body of a failure, for a server that refuses a request itself."""
    answer = failure(error)
    return answer.status, answer.headers, answer.body


def failure_body(error: ApiError, assumed: Assumed = _NOTHING_ELSE) -> dict[str, Any]:
    if isinstance(error, NoAppropriateServers):
        return {"result": -1, "error": error.message, "code": "NO_APPROPRIATE_SERVERS"}
    whole = {"result": -1, "code": error.code, "message": error.message, "error": error.message}
    return {name: whole[name] for name in _IN_FAILURES[assumed[FAILURE_BODY]]} | error.extra


def preflight(asked_headers: bytes) -> Answer:
    """Return the answer to a browser's preflight for a page of another origin (contract 1.5)."""
    more = (
        (b"access-control-allow-methods", b"GET, POST"),
        (b"access-control-allow-headers", asked_headers or b"*"),
        (b"access-control-max-age", b"600"),
    )
    return Answer(b"", 204, more=more)
