"""Running the application on a socket that is listening already."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from invapi_emulator.http.protocol import Protocol
from invapi_emulator.lifecycle import Lifecycle

GRACE_SECONDS = 3
"""How long requests under way get when the server stops."""


class Server(uvicorn.Server):
    """uvicorn, but it says when it can answer, and a signal is an end as good as any: exit status 0."""

    def __init__(self, config: uvicorn.Config, lifecycle: Lifecycle, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._lifecycle = lifecycle
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM without raising them again afterwards, as uvicorn would."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        caught = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._stop) for number in caught}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        """Stop from within this process: what waits is told, what is under way gets its grace."""
        self._lifecycle.state = "stopping"
        self.should_exit = True

    def _stop(self, number: int, frame: object) -> None:
        self._lifecycle.state = "stopping"
        self.handle_exit(number, frame)  # type: ignore[arg-type]


def server_for(application: ASGIApp, lifecycle: Lifecycle, on_ready: Callable[[], None]) -> Server:
    """Return a server; `on_ready` is called once calls are answered, and only then."""
    config = uvicorn.Config(
        application,
        http=Protocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return Server(config, lifecycle, on_ready)
