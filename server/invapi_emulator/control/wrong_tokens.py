"""Wrong admin tokens: counted, logged once a minute an address, and beyond a number refused with 429."""

from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address

from invapi_emulator.clock import RealTime
from invapi_emulator.control_errors import ControlError, TooManyWrongTokens, WrongToken
from invapi_emulator.domain.instants import MINUTE, SECOND, Instant
from invapi_emulator.process.metrics import Metrics

MOST_A_MINUTE = 10
"""Number of wrong tokens of an address in a minute that get 401. Further ones get 429."""

MOST_ADDRESSES = 4_096
"""Number of addresses that are remembered. For a new one the least recently seen is forgotten."""

_WRONG = "the admin token is wrong; send it as `Authorization: Bearer <token>`"
_LONGEST = 64
_NETWORK_BITS = 64


@dataclass(slots=True)
class _Minute:
    """The wrong tokens of an address in a minute that began with the first. `before`: those before that the log did not tell."""

    began_at: Instant
    count: int = 0
    before: int = 0


class WrongTokens:
    """Counts wrong tokens by address. It never sees a right one, so that nobody can keep its owner out."""

    def __init__(self, real_time: RealTime, metrics: Metrics) -> None:
        self._real_time = real_time
        self._metrics = metrics
        self._minutes: OrderedDict[str, _Minute] = OrderedDict()

    def refusal(self, client: str | None) -> ControlError:
        """Count a wrong token from a client. Return the error to refuse it with, at once."""
        self._metrics.admin_tokens_refused += 1
        address, now = address_of(client), self._real_time()
        minute = self._minute(address, now)
        minute.count += 1
        if minute.count <= MOST_A_MINUTE:
            return WrongToken("unauthorized", _WRONG, _hint(minute))
        seconds = -((now - minute.began_at - MINUTE) // SECOND)
        return TooManyWrongTokens(
            f"{_WRONG}; this is number {minute.count} of the wrong ones that {address} sent within a minute: "
            f"send the next one in {seconds} s, or the right one at any time",
            seconds,
        )

    def _minute(self, address: str, now: Instant) -> _Minute:
        minute = self._minutes.pop(address, None) or _Minute(now)
        if now - minute.began_at >= MINUTE:
            minute = _Minute(now, before=max(minute.count - 1, 0))
        self._minutes[address] = minute
        if len(self._minutes) > MOST_ADDRESSES:
            self._minutes.popitem(last=False)
        return minute


def address_of(client: str | None) -> str:
    """Return what counts as one address: of IPv6 the /64 network, which one machine can use all of."""
    try:
        address = ip_address(client or "")
    except ValueError:
        return (client or "unknown")[:_LONGEST]  # a trusted proxy may send any text
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), _NETWORK_BITS), strict=False))


def _hint(minute: _Minute) -> str | None:
    """Return what the log tells: the first wrong token of a minute, and how many came before it untold."""
    if minute.count > 1:
        return None
    more = f"; further ones in its last minute: {minute.before}" if minute.before else ""
    return f"wrong admin token, not that of --admin-token; further ones from this address are told after a minute{more}"
