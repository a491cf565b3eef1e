"""The process of a server that an `Emulator` starts. It ends when its stdin does, with the process of the tests at the latest."""

import json
import os
import select
import sys
from typing import Any

from invapi_emulator.clock import real_time
from invapi_emulator.errors import CannotStart
from invapi_emulator.process.logs import log_to_stderr
from invapi_emulator.settings import Settings
from invapi_emulator.testing.server_thread import server_thread  # noqa: TID253 - imported on demand itself

_LOOKS_EVERY_SECONDS = 1


def serve(given: dict[str, Any], parent: int) -> None:
    """Serve with these settings, for the process of this number. Write one line of JSON to stdout: the `url`, or why it is `refused`."""
    settings = Settings(**given)
    log_to_stderr(settings.log_level, settings.log_format)
    try:
        with server_thread(settings, real_time()) as url:
            _say(url=url)
            _wait_for_the_end(parent)
    except CannotStart as refused:
        _say(refused=str(refused))


def _wait_for_the_end(parent: int) -> None:
    """Wait until stdin ends or the parent has. A process that a test forked and left keeps our stdin open."""
    while os.getppid() == parent:
        if select.select([sys.stdin], [], [], _LOOKS_EVERY_SECONDS)[0]:
            return


def _say(**words: str) -> None:
    sys.stdout.write(f"{json.dumps(words)}\n")
    sys.stdout.flush()
