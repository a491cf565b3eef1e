"""Send a callback once: to an address that was checked, without proxies and redirects, within seconds."""

import ssl
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, RemoteDisconnected
from socket import socket
from urllib.parse import urlencode

from invapi_emulator import __version__
from invapi_emulator.domain.callback_addresses import NotAllowed, require_allowed, require_foreign
from invapi_emulator.domain.callback_urls import CallbackTarget, target_of
from invapi_emulator.engine.callbacks.answers import status_of_answer
from invapi_emulator.process.real_sockets import addresses_of, connect
from invapi_emulator.storage.callbacks import Callback, Outcome
from invapi_emulator.whole_answers import Seconds, TimeLimit

TRY_SECONDS = 5.0
"""How long a try may take, from the look-up of the name to the end of the answer."""

_default_context = cache(ssl.create_default_context)
"""Reading the system's certificate authorities takes a while."""

TOO_LATE = f"no answer within {TRY_SECONDS:g} seconds"
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, TOO_LATE),
    (RemoteDisconnected, "the connection was closed without an answer"),
    (HTTPException, "what was answered is not HTTP, or has too many headers"),
)

Resolve = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host; raises OSError. It is called once for each try."""


class Sender:
    """Sends callbacks to this machine, and to the hosts and addresses in `named`.

    `own_ports` returns the ports that this process listens on. `now` returns seconds. `tls` returns the context of
    connections by https.
    """

    def __init__(
        self,
        named: Collection[str],
        own_ports: Callable[[], Collection[int]],
        now: Seconds,
        *,
        resolve: Resolve = addresses_of,
        tls: Callable[[], ssl.SSLContext] = _default_context,
    ) -> None:
        self._named = named
        self._own_ports = own_ports
        self._now = now
        self._resolve = resolve
        self._tls = tls

    def send(self, owed: Callback) -> Outcome:
        """Send a callback and return how it ended. It takes seconds, so call it in a thread."""
        limit = TimeLimit(TRY_SECONDS, self._now)
        try:
            target = target_of(owed.url)
            with closing(self._secured(self._connected(target, limit), target, limit)) as opened:
                return outcome_of(self._asked(opened, target, owed, limit))
        except (OSError, HTTPException, NotAllowed, ValueError) as problem:
            return Outcome(error=_why(problem))

    def _connected(self, target: CallbackTarget, limit: TimeLimit) -> socket:
        """Connect to the first address that takes connections, of those that were checked."""
        require_foreign(target.port, self._own_ports())
        addresses = self._resolve(target.host, target.port)
        require_allowed(target.host, addresses, self._named)
        failure = OSError("the host has no address")
        for address in addresses:
            try:
                return connect((address, target.port), limit.remaining())
            except OSError as problem:  # `localhost` may have an address where nobody listens
                failure = problem
        raise failure

    def _secured(self, opened: socket, target: CallbackTarget, limit: TimeLimit) -> socket:
        if target.scheme == "http":
            return opened
        try:
            opened.settimeout(limit.remaining())
            return self._tls().wrap_socket(opened, server_hostname=target.host)
        except BaseException:
            opened.close()
            raise

    def _asked(self, opened: socket, target: CallbackTarget, owed: Callback, limit: TimeLimit) -> int:
        """Send the form on a connection, and return the status of the answer."""
        form = urlencode({"id": owed.server, "invoice": owed.invoice, "status": owed.status})
        headers = {
            "Host": target.netloc,
            "User-Agent": f"invapi-emulator/{__version__}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Connection": "close",
        }
        if target.authorization is not None:
            headers["Authorization"] = target.authorization
        connection = HTTPConnection(target.host, target.port)
        connection.set_debuglevel(0)  # a test in this process may set it for all connections
        connection.sock = opened
        connection.auto_open = 0  # it would resolve the name again
        opened.settimeout(limit.remaining())
        connection.request("POST", target.path, form.encode(), headers)
        return status_of_answer(connection, limit)


def outcome_of(status: int) -> Outcome:
    """Return how a try ended that was answered: only an answer of 2xx is a success."""
    if status < HTTPStatus.OK or status >= HTTPStatus.BAD_REQUEST:
        return Outcome(status, f"answered {status}")
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        return Outcome(status, f"answered {status}; redirects are not followed")
    return Outcome(status)


def _why(problem: Exception) -> str:
    """Return in words why a try failed. They repeat neither the URL nor what the receiver sent."""
    for kind, words in _WORDS:
        if isinstance(problem, kind):
            return words
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted: {problem.verify_message}"
    if isinstance(problem, OSError):
        return f"the connection failed: {problem.strerror or problem}"
    return str(problem)
