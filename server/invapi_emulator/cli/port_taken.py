"""Who listens on the port that `serve` was to have: another emulator, or something else."""

from contextlib import suppress

from invapi_emulator.cli.addresses import url_at
from invapi_emulator.clock import real_time
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.errors import CannotStart
from invapi_emulator.server.sockets import PortTaken
from invapi_emulator.settings import Settings
from invapi_emulator.testing import ControlFailure, Emulator
from invapi_emulator.testing.serving import ca_file

ANSWERS_WITHIN_SECONDS = 5
"""How long the question may take, over HTTP and HTTPS together. An emulator loads its control API on the first request."""


def with_its_owner(taken: PortTaken, settings: Settings) -> CannotStart:
    """Return the failure of the start with a hint that says who has the port."""
    now = real_time()
    deadline = now() + ANSWERS_WITHIN_SECONDS * SECOND
    for scheme in ("http", "https"):
        url, left = url_at(scheme, taken.host, taken.port), (deadline - now()) / SECOND
        if left > 0 and (version := _version_at(url, settings, left)) is not None:
            stop = "use it, stop it, or start this one on another port"
            return CannotStart(
                f"{taken}: an invapi-emulator {version} answers at {url}; {stop} ({taken.flag} 0: a free one)"
            )
    return CannotStart(f"{taken}: another program has it; choose another port ({taken.flag} 0: a free one)")


def _version_at(url: str, settings: Settings, within: float) -> str | None:
    """Return the version of the emulator at a URL, or None if none answers in time."""
    with suppress(ControlFailure, ConnectionError, OSError):
        emulator = Emulator(url, ca=ca_file(settings) if url.startswith("https") else None)
        shape = {"status": str, "version": str}
        answer = emulator.control("GET", "/health", shape=shape, accept=(503,), within=within)
        return str(answer["version"])
    return None
