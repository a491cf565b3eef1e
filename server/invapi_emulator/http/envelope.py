"""The only maker of the modules' answers: the envelopes of contract 2, with their headers."""

from typing import Any

import orjson

from invapi_emulator.actions import Body
from invapi_emulator.errors import ApiError, NoAppropriateServers
from invapi_emulator.http.answer import Answer


def success(module: str, action: str, body: Body) -> Answer:
    """Answer what a handler returned; one with a `result` of its own is complete already (contract 2.1)."""
    if "result" not in body:
        body = {"result": "OK", "module": module, "action": action, **body}
    return Answer(orjson.dumps(body))


def failure(error: ApiError) -> Answer:
    """Answer a refusal in all four ways that clients look for one (contract 2.2)."""
    more = ((b"allow", b"GET, POST, OPTIONS"),) if error.status == 405 else ()  # noqa: PLR2004
    return Answer(orjson.dumps(failure_body(error)), error.status, error.reason, error.retry_after, more)


def failure_body(error: ApiError) -> dict[str, Any]:
    if isinstance(error, NoAppropriateServers):
        return {"result": -1, "error": error.message, "code": "NO_APPROPRIATE_SERVERS"}
    return {"result": -1, "code": error.code, "message": error.message, "error": error.message} | error.extra


def preflight(asked_headers: bytes) -> Answer:
    """Allow what a browser asks before it lets a page of another origin call a module (contract 1.5)."""
    more = (
        (b"access-control-allow-methods", b"GET, POST"),
        (b"access-control-allow-headers", asked_headers or b"*"),
        (b"access-control-max-age", b"600"),
    )
    return Answer(b"", 204, more=more)
