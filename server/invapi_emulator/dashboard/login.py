"""Log in with the admin token, or the read token, in a browser: a form that sets a cookie."""

from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from invapi_emulator.control.admin_auth import AdminAuth
from invapi_emulator.control.paths import LOGIN, LOGOUT
from invapi_emulator.control.request_log import note_hint
from invapi_emulator.control_errors import ControlError, TooManyWrongTokens
from invapi_emulator.dashboard.rendering import html
from invapi_emulator.server.paths import root_of

router = APIRouter(include_in_schema=False)

HOME = "/_emulator/ui"


@router.get(LOGIN)
async def form(request: Request) -> Response:
    return _form(request, request.query_params.get("next", ""))


@router.post(LOGIN)
async def log_in(request: Request) -> Response:
    """Set the cookie and redirect to the requested page. With a wrong token, show the form again."""
    sent = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    token, wanted = sent.get("token", [""])[-1], sent.get("next", [""])[-1]
    admin_auth: AdminAuth = request.app.state.admin_auth
    rights = admin_auth.rights_of(token)
    if rights is None:
        refusal = admin_auth.refusal(request)
        note_hint(request.scope, refusal.hint)
        return _form(request, wanted, refusal)
    return RedirectResponse(
        _here(request, wanted), 303, {"Set-Cookie": await admin_auth.begin_session(request, rights)}
    )


@router.post(LOGOUT)
async def log_out(request: Request) -> Response:
    """End the session, not only the cookie: a copy of it opens nothing afterwards."""
    admin_auth: AdminAuth = request.app.state.admin_auth
    ended = {"Set-Cookie": await admin_auth.end_session(request)}
    return RedirectResponse(root_of(request.scope) + LOGIN, 303, ended)


def _form(request: Request, wanted: str, refusal: ControlError | None = None) -> Response:
    wait = refusal.retry_after if isinstance(refusal, TooManyWrongTokens) else None
    model = {"root": root_of(request.scope), "next": _here(request, wanted), "wrong": refusal is not None}
    answer = html("login.html", model, 200 if refusal is None else refusal.status)
    if wait is not None:
        answer.headers["Retry-After"] = str(wait)
    return answer


def _here(request: Request, wanted: str) -> str:
    """Return the requested path if it is a path of this server, otherwise the path of the page.

    A link to the form can have any address in `next`.
    """
    safe = (
        wanted.startswith("/") and not wanted.startswith("//") and wanted.isprintable() and wanted.isascii()
    )
    return wanted if safe and "\\" not in wanted else root_of(request.scope) + HOME
