"""Run a server in a process of its own: nothing that a test replaces in its own process reaches it."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from json import dumps, loads
from subprocess import PIPE, Popen, TimeoutExpired
from tempfile import TemporaryFile
from typing import IO, Any

from invapi_emulator.errors import CannotStart
from invapi_emulator.settings import Settings

ENDS_WITHIN_SECONDS = 10

_CHILD = """
import json, sys
given = json.loads(sys.stdin.readline())
sys.path += [folder for folder in given["path"] if folder not in sys.path]
from invapi_emulator.testing.child import serve
serve(given["settings"], given["parent"])
"""


@contextmanager
def server_process(settings: Settings) -> Iterator[str]:
    """Serve in a process until the end of the block. Yield the URL; raise CannotStart.

    It has a session of its own, so that Ctrl-C ends the tests first. It does not outlive this process.
    """
    command = [sys.executable, "-P", "-c", _CHILD]
    with ExitStack() as own:
        with _real_files():
            log = own.enter_context(TemporaryFile())
            process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=log, text=True, start_new_session=True)  # noqa: S603
            own.callback(_end, process)
            url = _url(process, settings, log)
        yield url


@contextmanager
def _real_files() -> Iterator[None]:
    """Use the real files, also in a test of pyfakefs: `Popen` opens its pipes as files."""
    patcher = _patcher_of_files()
    if patcher is None:
        yield
        return
    patcher.pause()
    try:
        yield
    finally:
        patcher.resume()


def _patcher_of_files() -> Any:
    """Return the patcher of pyfakefs that is at work, or None."""
    module = sys.modules.get("pyfakefs.fake_filesystem_unittest")
    patcher = getattr(getattr(module, "Patcher", None), "PATCHER", None)
    return patcher if getattr(patcher, "is_patching", False) else None


def _url(process: "Popen[str]", settings: Settings, log: IO[bytes]) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    given = {
        "path": [folder for folder in sys.path if folder],
        "settings": settings.model_dump(mode="json"),
        "parent": os.getpid(),
    }
    process.stdin.write(f"{dumps(given)}\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        log.seek(0)
        raise CannotStart(f"the process of the emulator ended: {log.read().decode(errors='replace').strip()}")
    said: dict[str, Any] = loads(line)
    if "refused" in said:
        raise CannotStart(said["refused"])
    url: str = said["url"]
    return url


def _end(process: "Popen[str]") -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    try:
        process.wait(ENDS_WITHIN_SECONDS)
    except TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
