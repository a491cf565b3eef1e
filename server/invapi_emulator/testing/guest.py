"""The server of an `Emulator`: a guest in the process of somebody's tests, or a process of its own."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from invapi_emulator.application import EmulatorApp, create_app
from invapi_emulator.clock import real_time
from invapi_emulator.process.guest_log import silence
from invapi_emulator.settings import Settings
from invapi_emulator.testing.server_thread import server_thread  # noqa: TID253 - imported on demand itself
from invapi_emulator.worlds.named import scenario, scenario_names

with suppress(ImportError):
    import uvloop  # noqa: F401 - it binds the class of sockets when it is imported


@contextmanager
def guest(settings: Settings) -> Iterator[str]:
    """Serve in a thread until the end of the block. Yield the URL.

    It takes what the tests may replace before they can, and adds nothing to the log.
    """
    with silence(), server_thread(settings, real_time(), _load) as url:
        yield url


def load_all() -> None:
    """Import all that a server needs, also what libraries import when they are used."""
    application = create_app()
    database = application.runtime.open()
    _load(application)
    database.close()


def _load(application: EmulatorApp) -> None:
    """Load what is otherwise loaded on demand. A test may have replaced the file system by then."""
    import invapi_emulator.api.multipart  # noqa: F401 - on demand elsewhere
    from invapi_emulator.control import docs  # noqa: PLC0415
    from invapi_emulator.dashboard import rendering  # noqa: PLC0415

    _ = application.routes
    docs.load()
    rendering.load()
    for name in scenario_names():
        scenario(name)
