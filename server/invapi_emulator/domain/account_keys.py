"""Keys that an account stores: SSH keys for its servers, API keys for logins (contract 10.1, 10.4)."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Literal, TypeAlias

from msgspec import Struct

from invapi_emulator.domain.instants import Instant

MOST_KEYS = 1_000
"""Maximum number of SSH keys of an account, and of its API keys: each call looks for the secrets of all."""

NotifyMethod: TypeAlias = Literal["none", "email", "webhook"]


class SshKey(Struct, frozen=True):
    """A public key. `id` counts within the account. At most one key of an account `is_default`."""

    id: int
    name: str
    key: str
    is_default: bool
    created_at: Instant


class ApiKey(Struct, frozen=True):
    """An API key. `id` counts within the account. `secret` is the word that logs in.

    A key with a `server_id` is for that server alone. `ip` lists the addresses and networks that may log in with it,
    separated by commas; if it is empty, every address may.
    """

    id: int
    secret: str
    name: str
    server_id: int | None
    ip: str
    active: bool
    login_notify_method: NotifyMethod
    login_notify_address: str
    created_at: Instant

    def admits(self, address: str) -> bool:
        """Return whether a login from this address is accepted."""
        return self.active and (not self.ip or is_listed(self.ip, address))


def checked_addresses(text: str) -> str:
    """Return a list of addresses and networks without spaces; raise ValueError for anything else."""
    return ",".join(str(_network(part)) if "/" in part else part for part in _parts(text))


def is_listed(listed: str, address: str) -> bool:
    """Return whether an address is in a list that `checked_addresses` returned."""
    try:
        own = ip_address(address)
    except ValueError:
        return False
    own = getattr(own, "ipv4_mapped", None) or own
    return any(own in _network(part) for part in _parts(listed))


def _parts(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    for part in parts:
        _network(part)
    return parts


def _network(part: str) -> IPv4Network | IPv6Network:
    return ip_network(part, strict=False)
