"""How the control API says what was wrong: `{"error": {"reason", "message", "field"}}`."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException

from invapi_emulator.errors import ControlError
from invapi_emulator.scenarios.mistakes import invalid
from invapi_emulator.storage.database import DATABASE_LOST, first_line

_REASONS = {404: "not_found", 405: "method_not_allowed"}
_SHOWN = 80


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
    if error.status_code == 400:  # noqa: PLR2004 - FastAPI's word for a body it cannot read
        return failure(422, "malformed_json", "the body is no JSON that can be read")
    reason = _REASONS.get(error.status_code, "refused")
    message = f"{error.detail}: {request.method} {request.url.path[:_SHOWN]}; see /openapi.json"
    return failure(error.status_code, reason, message, headers=error.headers)


async def _no_database(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OperationalError | InterfaceError)
    message = f"the emulator has lost its database: {first_line(error)}"
    return failure(503, "unavailable", message, headers={"Retry-After": "1"})
