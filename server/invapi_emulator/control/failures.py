"""Error responses of the control API: `{"error": {"reason", "message", "field"}}`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from invapi_emulator.control_errors import ControlError, PartlyDone, Stopped, TooManyWrongTokens, Unauthorized
from invapi_emulator.storage.errors import DATABASE_LOST, OutcomeUnknown, why_lost
from invapi_emulator.worlds.errors import invalid

MEANINGS = {
    401: "the admin token is missing or wrong",
    403: "the origin or the host name is not allowed",
    404: "not found",
    409: "conflict with the current state",
    413: "the body has more bytes, or more values of JSON, than the route takes",
    422: "the request is invalid",
    429: "the admin token is wrong, as many others of this address were",
    503: "the emulator is starting or stopping, has lost its database or cannot write to it",
}

_REASONS = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
_SHOWN = 80
_GETS = {"HEAD": "GET"}
"""HEAD is where GET is, though no route names it."""


class ErrorView(BaseModel):
    reason: str = Field(description="machine-readable, one word")
    message: str = Field(description="human-readable")
    field: str | None = Field(description="the invalid field of the body")


class FailureView(BaseModel):
    error: ErrorView


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of a route that may fail with these statuses."""
    return {status: {"model": FailureView, "description": MEANINGS[status]} for status in statuses}


def handle_failures(application: FastAPI) -> None:
    application.add_exception_handler(ControlError, _control_error)
    application.add_exception_handler(RequestValidationError, _invalid)
    application.add_exception_handler(HTTPException, _http_error)
    for lost in DATABASE_LOST:
        application.add_exception_handler(lost, _no_database)


def failure(
    status: int, reason: str, message: str, field: str | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    error = {"reason": reason, "message": _sendable(message), "field": field and _sendable(field)}
    return JSONResponse({"error": error}, status, headers)


def _sendable(text: str) -> str:
    """Return a text with lone surrogates escaped. A body may have them, and an error quote them, but UTF-8 has none."""
    return text.encode("utf-8", "backslashreplace").decode()


async def _control_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ControlError)
    return refused(error)


def refused(error: ControlError) -> JSONResponse:
    """Return the response to a refused request, with the header that its status asks for."""
    headers = {}
    if isinstance(error, Unauthorized):
        headers = {"WWW-Authenticate": "Bearer"}
    if isinstance(error, TooManyWrongTokens | Stopped):
        headers = {"Retry-After": str(error.retry_after)}
    return failure(error.status, error.reason, error.message, error.field, headers)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    """Respond with the first invalid field, its value, and what is accepted."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return failure(422, "malformed_json", f"the body is not valid JSON: {first['ctx']['error']}")
    wrong = invalid(first, first["loc"][1:])
    return failure(wrong.status, wrong.reason, wrong.message, wrong.field)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.BAD_REQUEST:  # FastAPI's status for a body that it cannot read
        return failure(422, "malformed_json", "the body cannot be read as JSON")
    reason = _REASONS.get(error.status_code, "refused")
    message = f"{error.detail}: {request.method} {request.url.path[:_SHOWN]}; see /openapi.json"
    headers = (
        {"Allow": _allowed(request)} if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else error.headers
    )
    return failure(error.status_code, reason, message, headers=headers)


def _allowed(request: Request) -> str:
    """Return the methods that this path takes, HEAD where GET is. The exception names only those of its first route."""
    routes = request.app.routes
    return ", ".join(
        verb
        for verb in ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
        if any(
            route.matches({**request.scope, "method": _GETS.get(verb, verb)})[0] is Match.FULL
            for route in routes
        )
    )


async def _no_database(_request: Request, error: Exception) -> JSONResponse:
    return no_database(error)


def no_database(error: Exception) -> JSONResponse:
    headers = None if isinstance(error, OutcomeUnknown) else {"Retry-After": "1"}
    return failure(503, "unavailable", f"the emulator {why_lost(error)}", headers=headers)


@contextmanager
def already(done: str) -> Iterator[None]:
    """Raise PartlyDone if the database is lost in this block. `done` says what the request has done before it."""
    try:
        yield
    except DATABASE_LOST as problem:
        raise PartlyDone(f"{done}; then the emulator {why_lost(problem)}") from problem
