"""Bind the ports before anything else starts. Clients get no answer until the server accepts."""

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from invapi_emulator.errors import CannotStart
from invapi_emulator.settings import Settings


class PortTaken(CannotStart):
    """Another program listens on the port that a flag names."""

    def __init__(self, flag: str, host: str, port: int, said: str | None) -> None:
        super().__init__(f"{flag}: {port} on {host}: {said}")
        self.flag = flag
        self.host = host
        self.port = port


@dataclass(frozen=True, slots=True)
class Ports:
    """Bound sockets: one for HTTP, one for HTTPS, or both."""

    host: str
    plain: socket.socket | None
    secure: socket.socket | None

    def numbers(self) -> set[int]:
        """Return the numbers of the ports."""
        return set(self.by_scheme().values())

    def by_scheme(self) -> dict[str, int]:
        """Return the number of the port of each scheme that is served."""
        schemes = {"http": self.plain, "https": self.secure}
        return {scheme: taken.getsockname()[1] for scheme, taken in schemes.items() if taken is not None}

    def urls(self) -> list[str]:
        """Return the URLs of the server."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return [f"{scheme}://{host}:{number}" for scheme, number in self.by_scheme().items()]


@contextmanager
def taken_ports(settings: Settings) -> Iterator[Ports]:
    """Hold the ports of the settings; raise CannotStart with one line if one is not available."""
    if settings.tls and settings.tls_port is not None:
        raise CannotStart(
            f"--tls-port: {settings.tls_port}: conflicts with --tls, which serves HTTPS on --port; use only one"
        )
    with ExitStack() as held:
        first = held.enter_context(_taken(settings.host, settings.port, "--port"))
        if settings.tls_port is None:
            yield Ports(settings.host, None, first) if settings.tls else Ports(settings.host, first, None)
            return
        secure = held.enter_context(_taken(settings.host, settings.tls_port, "--tls-port"))
        yield Ports(settings.host, first, secure)


def _taken(host: str, port: int, flag: str) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as problem:
        raise CannotStart(f"--host: {host!r}: {problem.strerror}") from None
    except UnicodeError as problem:  # labels that are empty or too long
        raise CannotStart(f"--host: {host!r}: {problem}") from None
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen()
    except OSError as problem:
        listening.close()
        if problem.errno == errno.EADDRNOTAVAIL:
            raise CannotStart(f"--host: {host!r}: {problem.strerror}") from None
        if problem.errno == errno.EADDRINUSE:
            raise PortTaken(flag, host, port, problem.strerror) from None
        raise CannotStart(f"{flag}: {port} on {host}: {problem.strerror}") from None
    return listening
