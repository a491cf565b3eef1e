"""Which addresses the emulator may call: those of this machine, and the hosts that its settings name."""

from collections.abc import Collection, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address


class NotAllowed(Exception):
    """The emulator must not call this address or port. The message says why."""


def require_allowed(host: str, addresses: Sequence[str], named: Collection[str]) -> None:
    """Raise NotAllowed unless every address of a host may be called.

    `named` are host names in lower case, and addresses. A named host may have any addresses.
    """
    if host.removesuffix(".") in named:
        return
    for address in addresses:
        plain = _plain(address)
        if not plain.is_loopback and str(plain) not in named:
            raise NotAllowed(
                f"{plain} is not an address of this machine, and --callbacks-to does not name it"
            )


def require_foreign(port: int, own_ports: Collection[int]) -> None:
    """Raise NotAllowed for a port that the emulator itself listens on, at whatever address."""
    if port in own_ports:
        raise NotAllowed(f"port {port} is one of the emulator's own")


def _plain(address: str) -> IPv4Address | IPv6Address:
    """Return an address, as IPv4 if it is one that IPv6 maps: such a one is dialled as IPv4."""
    found = ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return found if mapped is None else mapped
