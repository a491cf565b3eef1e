"""Serving in a thread of this process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from invapi_emulator.clock import RealTime

STARTS_WITHIN_SECONDS = 60


@contextmanager
def serving(settings: Any, time: RealTime) -> Iterator[str]:
    """Serve in a thread of this process, on a free port, until the block is left; yields the URL."""
    from invapi_emulator.application import create_app  # noqa: PLC0415 - most of a second
    from invapi_emulator.http.server import secured, server_for  # noqa: PLC0415
    from invapi_emulator.lifecycle import Lifecycle  # noqa: PLC0415
    from invapi_emulator.opening import open_worlds, with_printed_seed  # noqa: PLC0415
    from invapi_emulator.scenarios.files import known_scenarios  # noqa: PLC0415

    lifecycle, ready = Lifecycle(), threading.Event()
    settings, scenarios = with_printed_seed(settings), known_scenarios(settings.scenario)
    database = open_worlds(settings, time, scenarios)
    application = create_app(settings, database, lifecycle, scenarios)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        https = secured(listening, settings, time()) if settings.tls else None
        server = server_for(application, settings, lifecycle, ready.set, https)
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
    from invapi_emulator.tls.authority import file_of  # noqa: PLC0415

    return str(file_of(settings.ca_dir))
