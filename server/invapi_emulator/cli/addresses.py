"""The URL at which a server is reached from this machine."""

from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address

_LOOPBACK: dict[IPv4Address | IPv6Address, str] = {IPv4Address(0): "127.0.0.1", IPv6Address(0): "::1"}
"""Address to connect to if the server listens on all addresses."""


def url_at(scheme: str, host: str, port: int) -> str:
    """Return the URL of a port. It has the loopback address if the host means all addresses."""
    reached = reachable(host)
    return f"{scheme}://{f'[{reached}]' if ':' in reached else reached}:{port}"


def reachable(host: str) -> str:
    """Return the loopback address if the host means all addresses, otherwise the host."""
    with suppress(ValueError):
        return _LOOPBACK.get(ip_address(host), host)
    return host
