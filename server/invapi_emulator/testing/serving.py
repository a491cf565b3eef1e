"""Run a server in a thread of this process."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from invapi_emulator.clock import RealTime
from invapi_emulator.process.unfrozen import unfrozen
from invapi_emulator.server.tls.folder import file_of

STARTS_WITHIN_SECONDS = 60


@contextmanager
def serving(settings: Any, time: RealTime) -> Iterator[str]:
    """Serve in a thread of this process, on a free port, until the end of the block. Yield the URL."""
    with ExitStack() as own:
        with unfrozen():
            from invapi_emulator.testing.server_thread import server_thread

            url = own.enter_context(server_thread(settings, time))
        yield url


@contextmanager
def serving_guest(settings: Any, *, process: bool) -> Iterator[str]:
    """Serve for somebody's tests, in a thread or in a process of its own, until the end of the block. Yield the URL."""
    with ExitStack() as own:
        with unfrozen():  # the start imports too
            if process:
                from invapi_emulator.testing.server_process import server_process as served
            else:
                from invapi_emulator.testing.guest import guest as served

            url = own.enter_context(served(settings))
        yield url


def ca_file(settings: Any) -> str:
    """Return the file of the CA that signs the certificate of a server with these settings."""
    return str(file_of(settings.ca_dir))
