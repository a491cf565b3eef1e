"""What a person writes for HTTP: a host, an origin, a token. Each is checked by what can be sent."""

import re
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

LONGEST_NAME = 253
"""Maximum number of characters of a host name (RFC 1035)."""

_NAME = re.compile(rf"(?=.{{1,{LONGEST_NAME}}}\Z)[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?")
_CERTIFIED = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
_ORIGIN = re.compile(r"(https?)://(\[[^\]]*\]|[^/:@?#\[\]\s]+)(?::([0-9]{1,5}))?/?", re.IGNORECASE)
_USER = re.compile(r"(?<=//).*@|^[^/]*@")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_PORT = 65535
_MAX_LABEL = 63
_WRITTEN = re.compile("[!-~]*")


def listened_at(host: str) -> str:
    """Return an address to listen on without brackets and outer spaces; raise ValueError for none."""
    bare = host.strip().removeprefix("[").removesuffix("]")
    if not bare:
        raise ValueError("expected an address or a host name (0.0.0.0 for all)")
    return bare


def sendable(token: str) -> str:
    """Return a token; raise ValueError if no header can hold it as it is, in UTF-8."""
    if token != token.strip() or not token.isprintable():
        raise ValueError("the token must be printable, and must not start or end with a space")
    return token


def second_token(token: str, admin_token: str | None) -> str:
    """Return a read token; raise ValueError if it limits nobody, for there is no admin token, or the same one."""
    if token and admin_token == "":
        raise ValueError("needs an admin token: without one, everyone may change everything")
    if token and admin_token == token:
        raise ValueError("expected another token than the admin token")
    return token


def is_local(host: str) -> bool:
    """Return whether an address can only be reached from this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def asked_host(host: str) -> str:
    """Return a host name as Host headers have it; raise ValueError if none can."""
    if host == "*":
        return host
    if (address := _ipv6(host)) is not None:
        return address
    if not _NAME.fullmatch(host):
        raise ValueError(
            f"no Host header is {host!r}: expected a host name or address without scheme, port and path (example: emulator.local), or *"
        )
    return host


def called_host(host: str) -> str:
    """Return a host that the emulator may call, in lower case and without the last dot; raise ValueError for none."""
    if (address := _ipv6(host)) is not None:
        return address
    if not _NAME.fullmatch(host):
        raise ValueError(
            f"{host!r} is not a host: expected a host name or an address without scheme, port and path (example: hooks.local)"
        )
    return host.lower().removesuffix(".")


def certified_name(name: str) -> str:
    """Return a host name or an address that a certificate can have; raise ValueError for none."""
    if not _CERTIFIED.fullmatch(name) and not _is_address(name):
        raise ValueError(f"{name!r} is neither a host name nor an address (example: api.example.com)")
    return name


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def asking_origin(origin: str) -> str:
    """Return an origin as browsers send it, without the default port; raise ValueError if none does."""
    wrong = ValueError(f"invalid origin {origin!r} (example: http://localhost:3000)")
    parts = _ORIGIN.fullmatch(origin)
    if parts is None:
        raise wrong
    scheme, host, port = parts[1].lower(), parts[2], int(parts[3] or 0)
    address = _ipv6(host)
    if port > _MAX_PORT or (address is None and not _NAME.fullmatch(host)):
        raise wrong
    shown = f"[{address}]" if address else host.lower()
    return f"{scheme}://{shown}" + (f":{port}" if parts[3] and port != _DEFAULT_PORTS[scheme] else "")


def target_of(url: str) -> SplitResult:
    """Return the parts of an emulator's URL; raise ValueError for a URL that no emulator has."""
    if "@" in url:  # before anything else: what reads a URL may quote a part of the password
        raise ValueError("the URL must not have a user or password; the control API takes an admin token")
    if not _WRITTEN.fullmatch(url):
        raise ValueError("a URL has only printable characters of ASCII, and no spaces")
    parts = _split(url)
    if parts is None or not _has_a_host(parts):
        if "://" not in url and (meant := _split(f"http://{url}")) and _has_a_host(meant):
            raise ValueError(f"the scheme is missing; did you mean http://{url}?")
        raise ValueError("expected a URL such as http://127.0.0.1:8650, with a port from 1 to 65535")
    if parts.query or parts.fragment:
        raise ValueError("the URL must not have a query or fragment")
    return parts


def _split(url: str) -> SplitResult | None:
    """Return the parts of a URL, or None if its brackets or its port are wrong. Port 99999 would be dialled as 34463."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return None if port == 0 else parts


def _has_a_host(parts: SplitResult) -> bool:
    return parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and _is_dialled(str(parts.hostname))


def _is_dialled(host: str) -> bool:
    """Return whether a resolver can be asked for a host: its labels have 1 to 63 characters."""
    return ":" in host or all(1 <= len(label) <= _MAX_LABEL for label in host.removesuffix(".").split("."))


def without_user(url: str) -> str:
    """Return a URL as messages show it."""
    return _USER.sub("***@", url)


def _ipv6(host: str) -> str | None:
    """Return an IPv6 address in its shortest form and without brackets, or None for something else."""
    try:
        address = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    return str(address) if isinstance(address, IPv6Address) and not address.scope_id else None
