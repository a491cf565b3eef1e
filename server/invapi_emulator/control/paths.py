"""Paths of the control API by who may ask for them: everyone, the read token, or the admin token alone."""

import re

from starlette.requests import Request

from invapi_emulator.control_errors import Forbidden
from invapi_emulator.server.paths import path_within

LOGIN = "/_emulator/ui/login"
LOGOUT = "/_emulator/ui/logout"
PROBES = ("/_emulator/live", "/_emulator/health")
"""Paths that answer before the server is ready, and while it stops."""

_NEEDS_NO_TOKEN = (*PROBES, LOGIN, "/openapi.json", "/docs")
"""Paths that are open without the token: the probes, login, and the API description. None shows a world."""

_OPEN_FOLDERS = ("/docs/", "/_emulator/ui/static/")

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_READING_POST = re.compile(rf"/_emulator/accounts/[^/]+/requests/verify|{LOGOUT}")
"""POST requests that change no world: `verify` compares, and a logout ends only its own session."""


def is_open(path: str) -> bool:
    """Return whether a path is open without the token.

    Pass the path as routes see it: `request.url` also depends on the Host header.
    """
    return path in _NEEDS_NO_TOKEN or path.startswith(_OPEN_FOLDERS)


def require_reading(request: Request) -> None:
    """Raise Forbidden for a request that may change something. It came with the read token."""
    path = path_within(request.scope)
    if request.method in _READS or (request.method == "POST" and _READING_POST.fullmatch(path)):
        return
    raise Forbidden(
        "read_only",
        f"the read token changes nothing, and {request.method[:10]} may; send the admin token",
        "a change with the token of --read-token; send that of --admin-token",
    )
