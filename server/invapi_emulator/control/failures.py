"""How the control API says what was wrong: `{"error": {"reason", "message", "field"}}`."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from invapi_emulator.errors import ControlError
from invapi_emulator.storage.errors import DATABASE_LOST, why_lost
from invapi_emulator.worlds.errors import invalid

MEANINGS = {
    401: "the admin token is missing or wrong",
    403: "a page of another origin, or a host name that is not known",
    404: "it is not there",
    409: "it cannot be now",
    422: "it makes no sense",
    503: "the emulator starts, stops, has lost its database or cannot write to it",
}

_REASONS = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
_SHOWN = 80


class ErrorView(BaseModel):
    reason: str = Field(description="in one word")
    message: str = Field(description="in words")
    field: str | None = Field(description="the culprit in the body")


class FailureView(BaseModel):
    error: ErrorView


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe that a route may fail with these statuses."""
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
    error = {"reason": reason, "message": message, "field": field}
    return JSONResponse({"error": error}, status, headers)


async def _control_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ControlError)
    return failure(error.status, error.reason, error.message, error.field)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    """Name the first field that is wrong, its value, and what it takes."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return failure(422, "malformed_json", f"the body is no JSON: {first['ctx']['error']}")
    wrong = invalid(first, first["loc"][1:])
    return failure(wrong.status, wrong.reason, wrong.message, wrong.field)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.BAD_REQUEST:  # FastAPI's word for a body it cannot read
        return failure(422, "malformed_json", "the body is no JSON that can be read")
    reason = _REASONS.get(error.status_code, "refused")
    message = f"{error.detail}: {request.method} {request.url.path[:_SHOWN]}; see /openapi.json"
    headers = (
        {"Allow": _allowed(request)} if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else error.headers
    )
    return failure(error.status_code, reason, message, headers=headers)


def _allowed(request: Request) -> str:
    """Return the verbs that this path takes: the exception names those of its first route only."""
    routes = request.app.routes
    return ", ".join(
        verb
        for verb in ("DELETE", "GET", "PATCH", "POST", "PUT")
        if any(route.matches({**request.scope, "method": verb})[0] is Match.FULL for route in routes)
    )


async def _no_database(_request: Request, error: Exception) -> JSONResponse:
    return failure(503, "unavailable", f"the emulator {why_lost(error)}", headers={"Retry-After": "1"})
