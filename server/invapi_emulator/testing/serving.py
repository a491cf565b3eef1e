"""Serving in a thread of this process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from invapi_emulator.clock import RealTime
from invapi_emulator.server.tls.folder import file_of

STARTS_WITHIN_SECONDS = 60


@contextmanager
def serving(settings: Any, time: RealTime) -> Iterator[str]:
    """Serve in a thread of this process, on a free port, until the block is left; yields the URL."""
    from invapi_emulator.api.envelope import refusal  # noqa: PLC0415
    from invapi_emulator.application import EmulatorApp  # noqa: PLC0415 - most of a second
    from invapi_emulator.runtime import Runtime  # noqa: PLC0415
    from invapi_emulator.server.server import secured, server_for  # noqa: PLC0415
    from invapi_emulator.startup import with_printed_seed  # noqa: PLC0415
    from invapi_emulator.worlds.files import known_scenarios  # noqa: PLC0415

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


def ca_file(settings: Any) -> str:
    """Return the file of the CA by which a server with these settings is trusted."""
    return str(file_of(settings.ca_dir))
