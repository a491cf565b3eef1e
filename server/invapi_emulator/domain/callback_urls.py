"""The URL that an order names to be called after its installation: what may be asked for, and how it is shown."""

import re
from base64 import b64encode
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import SplitResult, unquote, urlsplit

CALLBACK_URL = "post_install_callback"
"""The parameter with the URL, which may have secrets in its user, password and query."""

LONGEST = 2_048
"""Maximum number of characters of a URL."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_LABEL = 63
_USER = re.compile(r"//[^/?#]*@")
_WRITTEN = re.compile("[!-~]*")
_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?")


@dataclass(frozen=True, slots=True)
class CallbackTarget:
    """The parts of a checked URL.

    - `host`: a name in lower case, or an address, without brackets.
    - `path`: with the query, as it is sent.
    - `authorization`: the value of the header for the URL's user and password, or None.
    """

    scheme: str
    host: str
    port: int
    path: str
    authorization: str | None

    @property
    def netloc(self) -> str:
        """The header Host: with brackets for IPv6, and without the scheme's own port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def shown(self) -> str:
        """The URL without user, password and query, which may hold secrets."""
        return f"{self.scheme}://{self.netloc}{self.path.partition('?')[0]}"


def checked_callback_url(text: str) -> str:
    """Return a URL that can be called; raise ValueError, whose words do not repeat the URL."""
    if len(text) > LONGEST:
        raise ValueError(f"the URL has more than {LONGEST} characters")
    if not _WRITTEN.fullmatch(text) or "\\" in text:
        raise ValueError("a URL has only printable characters of ASCII, without spaces and backslashes")
    parts = _split(text)
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError("expected a URL that starts with http:// or https://")
    if not _is_host(parts.hostname or ""):
        raise ValueError("expected a URL with a host name or an address")
    return text


def without_user(url: str) -> str:
    """Return a checked URL without its user and password."""
    return _USER.sub("//", url, count=1)


def target_of(url: str) -> CallbackTarget:
    """Return the parts of a URL that was checked; raise ValueError for any other."""
    parts = _split(checked_callback_url(url))
    assert parts.hostname is not None
    path = parts.path or "/"
    return CallbackTarget(
        scheme=parts.scheme,
        host=parts.hostname,
        port=parts.port or _DEFAULT_PORTS[parts.scheme],
        path=f"{path}?{parts.query}" if parts.query else path,
        authorization=_authorization(parts),
    )


def shown_url(url: str) -> str:
    """Return a URL as it may be shown: without user, password and query. One that is not valid is masked whole."""
    try:
        return target_of(url).shown
    except ValueError:
        return "***"


def has_password(url: str) -> bool:
    """Return whether a URL has a password before its host. One that is not valid counts as no."""
    try:
        return bool(_split(url).password)
    except ValueError:
        return False


def _split(text: str) -> SplitResult:
    """Return the parts of a URL; raise ValueError if its brackets or its port are wrong."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # whose words may quote a part of the password
        raise ValueError("expected a URL with a valid host, and a port from 1 to 65535") from None
    if port == 0:
        raise ValueError("expected a URL with a port from 1 to 65535")
    return parts


def _is_host(host: str) -> bool:
    """Return whether a resolver can be asked for a host."""
    if ":" in host:
        try:
            return IPv6Address(host).scope_id is None
        except ValueError:
            return False
    labels = host.removesuffix(".").split(".")
    return _NAME.fullmatch(host) is not None and all(1 <= len(label) <= _MAX_LABEL for label in labels)


def _authorization(parts: SplitResult) -> str | None:
    if parts.username is None and parts.password is None:
        return None
    given = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return f"Basic {b64encode(given.encode()).decode()}"
