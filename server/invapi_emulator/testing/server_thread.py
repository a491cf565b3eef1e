"""The work of `serving`. Its imports take most of a second, so `serving` imports it when it is called."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from invapi_emulator.api.envelope import refusal
from invapi_emulator.application import EmulatorApp
from invapi_emulator.clock import RealTime
from invapi_emulator.runtime import Runtime
from invapi_emulator.server.server import secured, server_for
from invapi_emulator.settings import Settings
from invapi_emulator.startup import with_printed_seed
from invapi_emulator.testing.serving import STARTS_WITHIN_SECONDS
from invapi_emulator.worlds.files import known_scenarios


@contextmanager
def server_thread(settings: Settings, time: RealTime) -> Iterator[str]:
    """Serve in a thread until the end of the block. Yield the URL."""
    ready = threading.Event()
    settings = with_printed_seed(settings)
    runtime = Runtime(settings, time, known_scenarios(settings.scenario))
    runtime.open()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        https = secured(listening, settings, time()) if settings.tls else None
        server = server_for(EmulatorApp(runtime), settings, runtime.lifecycle, ready.set, refusal, https)
        arguments = {"sockets": [] if settings.tls else [listening]}
        thread = threading.Thread(target=server.run, kwargs=arguments, name="invapi-emulator", daemon=True)
        thread.start()
        try:
            if not ready.wait(STARTS_WITHIN_SECONDS):
                raise TimeoutError(f"the emulator did not start within {STARTS_WITHIN_SECONDS} seconds")
            scheme = "https" if settings.tls else "http"
            yield f"{scheme}://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.stop()
            thread.join()
