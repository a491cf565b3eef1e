"""The only maker of the modules' answers: the envelopes of contract 2, with their headers."""

import json
from typing import Any

from starlette.responses import Response

from invapi_emulator.actions import Body
from invapi_emulator.errors import ApiError, NoAppropriateServers

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

REASON_HEADER = "X-Emulator-Reason"

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": f"Retry-After, {REASON_HEADER}",
}


def success(module: str, action: str, body: Body) -> Response:
    """Answer what a handler returned; one with a `result` of its own is complete already (contract 2.1)."""
    if "result" not in body:
        body = {"result": "OK", "module": module, "action": action} | body
    return _json(body, 200, {})


def failure(error: ApiError) -> Response:
    """Answer a refusal in all four ways that clients look for one (contract 2.2)."""
    headers = {REASON_HEADER: error.reason}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if error.status == 405:  # noqa: PLR2004
        headers["Allow"] = "GET, POST, OPTIONS"
    return _json(failure_body(error), error.status, headers)


def failure_body(error: ApiError) -> dict[str, Any]:
    if isinstance(error, NoAppropriateServers):
        return {"result": -1, "error": error.message, "code": "NO_APPROPRIATE_SERVERS"}
    return {"result": -1, "code": error.code, "message": error.message, "error": error.message} | error.extra


def preflight(asked_headers: str) -> Response:
    """Allow what a browser asks before it lets a page of another origin call a module (contract 1.5)."""
    headers = CORS | {
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": asked_headers or "*",
        "Access-Control-Max-Age": "600",
    }
    return Response(status_code=204, headers=headers)


def with_body(response: Response, body: bytes) -> Response:
    """Return an answer with another body, all else as it was."""
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Response(body, response.status_code, headers)


def _json(body: dict[str, Any], status: int, headers: dict[str, str]) -> Response:
    return Response(_ENCODER.encode(body).encode(), status, CORS | headers, media_type="application/json")
