"""The work of `serving`. Its imports take most of a second, so `serving` imports it when it is called."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from invapi_emulator.api.envelope import refusal
from invapi_emulator.application import EmulatorApp
from invapi_emulator.clock import RealTime
from invapi_emulator.errors import CannotStart
from invapi_emulator.process.guest_log import OURS
from invapi_emulator.process.real_sockets import listen
from invapi_emulator.runtime import Runtime
from invapi_emulator.server.server import Server, secured, server_for
from invapi_emulator.settings import Settings
from invapi_emulator.startup import with_printed_seed
from invapi_emulator.testing.serving import STARTS_WITHIN_SECONDS
from invapi_emulator.worlds.files import known_scenarios


@contextmanager
def server_thread(
    settings: Settings, time: RealTime, prepare: Callable[[EmulatorApp], None] = lambda _: None
) -> Iterator[str]:
    """Serve in a thread until the end of the block. Yield the URL. `prepare` is called before the first request."""
    started: SimpleQueue[BaseException | None] = SimpleQueue()
    settings = with_printed_seed(settings)
    runtime = Runtime(settings, time, known_scenarios(settings.scenario))
    runtime.open()
    application = EmulatorApp(runtime)
    prepare(application)
    with listen() as listening:
        runtime.own_ports.add(listening.getsockname()[1])
        https = secured(listening, settings, time()) if settings.tls else None
        server = server_for(
            application, settings, runtime.lifecycle, lambda: started.put(None), refusal, time, https
        )
        sockets = [] if settings.tls else [listening]
        thread = threading.Thread(target=_run, args=(server, sockets, started), name=OURS, daemon=True)
        thread.start()
        try:
            _wait_for(started)
            scheme = "https" if settings.tls else "http"
            yield f"{scheme}://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.stop()
            thread.join()


def _run(server: Server, sockets: list[socket.socket], started: "SimpleQueue[BaseException | None]") -> None:
    """Run the server. If it ends, put in why: nobody else would hear of it."""
    try:
        server.run(sockets)
    except BaseException as problem:  # noqa: BLE001 - it is raised in the thread that waits for the start
        started.put(problem)
    else:
        started.put(CannotStart("its server ended"))


def _wait_for(started: "SimpleQueue[BaseException | None]") -> None:
    """Wait until the server is ready; raise CannotStart if it has ended, TimeoutError if neither comes."""
    try:
        problem = started.get(timeout=STARTS_WITHIN_SECONDS)
    except Empty:
        raise TimeoutError(f"the emulator did not start within {STARTS_WITHIN_SECONDS} seconds") from None
    if problem is not None:
        raise CannotStart(f"the thread of the emulator ended: {problem!r}") from problem
