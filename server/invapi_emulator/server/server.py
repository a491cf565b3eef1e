"""Run the application on sockets that already listen."""

import asyncio
import logging
import socket
import ssl
from asyncio import sleep
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import formatdate
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from invapi_emulator.clock import RealTime
from invapi_emulator.domain.instants import SECOND, Instant
from invapi_emulator.process.extras import require
from invapi_emulator.process.lifecycle import Lifecycle
from invapi_emulator.process.signals import LAST_SECONDS, on_signals
from invapi_emulator.server.accepting import Accepting, Room, most_connections
from invapi_emulator.server.http_protocol import Patience, Protocol, Refusal
from invapi_emulator.settings import Settings

DRAIN_SECONDS = 2.0
"""How long running requests may take when the server stops. New ones are refused meanwhile."""

HURRY_SECONDS = 0.5
"""How long clients may take to receive the last answers, such as those that faults no longer hold back then."""


TICK_SECONDS = 0.1
"""How often the server looks whether it must stop, as uvicorn does."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Secured:
    """A listening socket for HTTPS. A handshake may take `patience` seconds."""

    listening: socket.socket
    context: ssl.SSLContext
    patience: float


def secured(listening: socket.socket, settings: Settings, now: Instant) -> Secured:
    """Return the socket for HTTPS, with a certificate of the settings' CA; raise CannotStart."""
    require("cryptography", "HTTPS (--tls, --tls-port)")
    from invapi_emulator.server.tls.authority import authority  # cryptography is optional

    ca = authority(settings.ca_dir, settings.tls_names, now)
    return Secured(listening, ca.server_context(settings.tls_names, now), settings.head_timeout)


class Server(uvicorn.Server):
    """uvicorn's server. It calls `on_ready` when it can answer, and ends with status 0 on a signal.

    Unlike uvicorn's, it calls no `time.time` and no `asyncio.sleep`, which a test in the same process may replace
    or count.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        lifecycle: Lifecycle,
        on_ready: Callable[[], None],
        secured: Secured | None,
        real_time: RealTime,
    ) -> None:
        super().__init__(config)
        self._lifecycle = lifecycle
        self._real_time = real_time
        self._on_ready = on_ready
        self._secured = secured

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup([])
        if self.started:
            self._accept(sockets or [])
            self._on_ready()

    def _accept(self, sockets: list[socket.socket]) -> None:
        """Accept connections on the sockets of uvicorn, and over TLS on the secured one."""
        backlog, room = self.config.backlog, Room(most_connections(), self.server_state.connections)
        accepting = [Accepting(listening, backlog, self._protocol, room) for listening in sockets]
        if self._secured is not None:
            tls = {
                "ssl": self._secured.context,
                "ssl_handshake_timeout": self._secured.patience,
                "ssl_shutdown_timeout": HURRY_SECONDS,
            }
            accepting.append(Accepting(self._secured.listening, backlog, self._protocol, room, **tls))
        self.servers.extend(accepting)  # type: ignore[arg-type] # uvicorn closes them, and waits for it

    def _protocol(self) -> asyncio.Protocol:
        kind: Any = self.config.http_protocol_class
        made: asyncio.Protocol = kind(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made

    async def main_loop(self) -> None:
        """Keep the header Date at the time until the server must stop."""
        while not self.should_exit:
            date = formatdate(self._real_time() // SECOND, usegmt=True)
            self.server_state.default_headers = [(b"date", date.encode())]
            await sleep(TICK_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Wait for running requests while the sockets still listen, close them, and end the application.

        A request that is cancelled is answered at once: its application knows that the server stops.
        """
        await self._let_run_for(DRAIN_SECONDS)
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        self._abandon()
        await sleep(TICK_SECONDS)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._until_all_are_gone(), HURRY_SECONDS)
        await self.lifespan.shutdown()

    def _abandon(self) -> None:
        """Cancel the requests that are still under way."""
        if under_way := set(self.server_state.tasks):
            said = "the server stops, and waits no longer for what is under way after %g s; number of requests: %d"
            _log.warning(said, DRAIN_SECONDS, len(under_way))
        for task in under_way:
            task.cancel()

    async def _let_run_for(self, seconds: float) -> None:
        if under_way := set(self.server_state.tasks):
            await asyncio.wait(under_way, timeout=seconds)

    async def _until_all_are_gone(self) -> None:
        """Wait until all connections are closed and all answers are sent."""
        state = self.server_state
        while state.connections or state.tasks:  # noqa: ASYNC110 - uvicorn says it by no event
            await sleep(TICK_SECONDS)
        for server in self.servers:
            await server.wait_closed()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM. Unlike uvicorn, close the worlds on a second one too, and raise none again."""
        with on_signals(lambda *_: self.stop(), end_within=DRAIN_SECONDS + LAST_SECONDS):
            yield

    def stop(self) -> None:
        """Stop from within this process. New requests are refused; running ones get DRAIN_SECONDS."""
        self._lifecycle.state = "stopping"
        self.should_exit = True


def allow_many_connections() -> None:
    """Raise the limit of open files, often 1,024, to the maximum that the system allows."""
    try:
        import resource  # not on every system
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def server_for(
    application: ASGIApp,
    settings: Settings,
    lifecycle: Lifecycle,
    on_ready: Callable[[], None],
    refusal: Refusal,
    real_time: RealTime,
    secured: Secured | None = None,
) -> Server:
    """Return a server. It calls `on_ready` once it can answer.

    It serves on the sockets passed to `run`, and over HTTPS on the `secured` one.
    """
    patience = Patience(settings.head_timeout, settings.body_timeout, settings.answer_timeout)
    config = uvicorn.Config(
        application,
        http=partial(Protocol, patience=patience, refusal=refusal),  # type: ignore[arg-type] # any factory of protocols works
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=True,  # False would change the loggers of the whole process; see Protocol
        workers=1,  # else the variable WEB_CONCURRENCY counts
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=settings.idle_timeout,  # type: ignore[arg-type] # asyncio takes fractions too
    )
    return Server(config, lifecycle, on_ready, secured, real_time)
