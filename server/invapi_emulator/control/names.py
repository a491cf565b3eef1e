"""Host names and origins that the control API answers, and the flag that opens it to another."""

import re

from starlette.requests import Request

from invapi_emulator.control_errors import Forbidden
from invapi_emulator.process.http_names import LONGEST_NAME
from invapi_emulator.process.logs import shortened, word
from invapi_emulator.settings import Settings

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
_ORIGIN = re.compile(rf"https?://({_HOST.pattern})(:[0-9]{{1,5}})?")
_SHOWN = 80
_LONGEST_ORIGIN = len("https://") + LONGEST_NAME + len(":65535")


class Names:
    """Refuses requests under foreign host names and from pages of foreign origins."""

    def __init__(self, settings: Settings) -> None:
        self._hosts = {_bracketed(name) for name in (*LOCAL_NAMES, settings.host, *settings.allowed_hosts)}
        self._origins = {origin.lower().rstrip("/") for origin in settings.allowed_origins}

    def is_allowed(self, origin: str | None) -> bool:
        """Return whether an origin is one that the settings allow."""
        return origin in self._origins

    def check(self, request: Request, origin: str | None) -> None:
        """Raise Forbidden for a foreign host or origin, with the flag that opens the control API to it."""
        host = request.headers.get("host", "")
        name = _without_port(host)
        if "*" not in self._hosts and name not in self._hosts:
            value = name if len(name) <= LONGEST_NAME and _HOST.fullmatch(name) else None
            raise Forbidden(
                "foreign_host",
                f"host name {host[:_SHOWN]!r} is not allowed; add it with --allowed-hosts",
                _hint(f"host name {word(shortened(name, _SHOWN))}", "--allowed-hosts", value),
            )
        own = f"{request.url.scheme}://{host}"
        if origin is not None and origin != own.lower() and origin not in self._origins:
            value = origin if len(origin) <= _LONGEST_ORIGIN and _ORIGIN.fullmatch(origin) else None
            raise Forbidden(
                "foreign_origin",
                f"pages of {origin[:_SHOWN]!r} are not allowed to use the control API; add it with --allowed-origins",
                _hint(f"pages of origin {word(shortened(origin, _SHOWN))}", "--allowed-origins", value),
            )


def _hint(who: str, flag: str, value: str | None) -> str:
    """Return which flag opens the control API. Without a value, no flag can name who asks."""
    how = "no flag opens it to them" if value is None else f"if that is yours, start with {flag} {value}"
    return f"refused to {who}: {how}"


def _without_port(host: str) -> str:
    """Return the host name of a Host header without its port. A malformed port stays, and matches no name."""
    name, _, port = host.lower().rpartition(":")
    return name if name and re.fullmatch("[0-9]*", port) else host.lower()


def _bracketed(name: str) -> str:
    return f"[{name}]".lower() if ":" in name and not name.startswith("[") else name.lower()
