"""Running the application on a socket that is listening already."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from invapi_emulator.domain.instants import Instant
from invapi_emulator.process.extras import require
from invapi_emulator.process.lifecycle import Lifecycle
from invapi_emulator.process.signals import end_at_the_latest, on_signals
from invapi_emulator.server.http_protocol import Patience, Protocol, Refusal
from invapi_emulator.settings import Settings

DRAIN_SECONDS = 1.5
"""How long requests under way get when the server stops; new ones meanwhile are told that it does."""

HURRY_SECONDS = 0.5
"""How long they get to take it in when the server waits no longer: what faults hold back is sent at once then."""


@dataclass(frozen=True, slots=True)
class Secured:
    """A socket that listens for HTTPS; a handshake may take `patience` seconds."""

    listening: socket.socket
    context: ssl.SSLContext
    patience: float


def secured(listening: socket.socket, settings: Settings, now: Instant) -> Secured:
    """Return what makes a socket talk HTTPS, with a certificate by the CA that the settings name."""
    require("cryptography", "HTTPS (--tls, --tls-port)")
    from invapi_emulator.server.tls.authority import authority  # cryptography, only where it is wanted

    ca = authority(settings.ca_dir, settings.tls_names, now)
    return Secured(listening, ca.server_context(settings.tls_names, now), settings.head_timeout)


class Server(uvicorn.Server):
    """uvicorn, but it says when it can answer, and a signal is an end as good as any: exit status 0."""

    def __init__(
        self,
        config: uvicorn.Config,
        lifecycle: Lifecycle,
        on_ready: Callable[[], None],
        secured: Secured | None,
    ) -> None:
        super().__init__(config)
        self._lifecycle = lifecycle
        self._on_ready = on_ready
        self._secured = secured
        self._told_by_signal = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            if self._secured is not None:
                self.servers.append(await self._listen_secured(self._secured))
            self._on_ready()

    async def _listen_secured(self, secured: Secured) -> asyncio.Server:
        """Listen as uvicorn does on its other sockets, but with a TLS context of our own."""
        config, loop = self.config, asyncio.get_running_loop()

        def protocol() -> asyncio.Protocol:
            kind: Any = config.http_protocol_class
            made: asyncio.Protocol = kind(
                config=config, server_state=self.server_state, app_state=self.lifespan.state, _loop=loop
            )
            return made

        return await loop.create_server(
            protocol,
            sock=secured.listening,
            ssl=secured.context,
            backlog=config.backlog,
            ssl_handshake_timeout=secured.patience,
            ssl_shutdown_timeout=HURRY_SECONDS,
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let what is under way be answered while the door is still open, then close it."""
        under_way = set(self.server_state.tasks)
        if under_way and not self.force_exit:
            await asyncio.wait(under_way, timeout=DRAIN_SECONDS)
        if self._told_by_signal:
            end_at_the_latest()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM without raising them again afterwards, as uvicorn would."""
        with on_signals(self._stop):
            yield

    def stop(self) -> None:
        """Stop from within this process: what waits is told, what is under way gets its grace."""
        self._lifecycle.state = "stopping"
        self.should_exit = True

    def _stop(self, number: int, frame: object) -> None:
        self._lifecycle.state = "stopping"
        self._told_by_signal = True
        self.handle_exit(number, frame)  # type: ignore[arg-type]


def allow_many_connections() -> None:
    """Raise the limit of open files, often 1,024, to what the system lets a process have."""
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
    secured: Secured | None = None,
) -> Server:
    """Return a server; `on_ready` is called once calls are answered, and only then.

    It answers on the sockets that it is run with, and over HTTPS on the one that is `secured`.
    """
    patience = Patience(settings.head_timeout, settings.body_timeout)
    config = uvicorn.Config(
        application,
        http=partial(Protocol, patience=patience, refusal=refusal),  # type: ignore[arg-type] # whatever makes a protocol will do
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=settings.idle_timeout,  # type: ignore[arg-type] # asyncio takes fractions too
        timeout_graceful_shutdown=HURRY_SECONDS,  # type: ignore[arg-type] # here too
    )
    return Server(config, lifecycle, on_ready, secured)
