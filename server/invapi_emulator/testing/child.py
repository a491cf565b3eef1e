"""The process of a server that an `Emulator` starts. It ends when its stdin does, with the process of the tests at the latest."""

import json
import sys
from typing import Any

from invapi_emulator.clock import real_time
from invapi_emulator.errors import CannotStart
from invapi_emulator.process.logs import log_to_stderr
from invapi_emulator.settings import Settings
from invapi_emulator.testing.server_thread import server_thread  # noqa: TID253 - imported on demand itself


def serve(given: dict[str, Any]) -> None:
    """Serve with these settings. Write one line of JSON to stdout: the `url`, or why it is `refused`."""
    settings = Settings(**given)
    log_to_stderr(settings.log_level, settings.log_format)
    try:
        with server_thread(settings, real_time()) as url:
            _say(url=url)
            sys.stdin.read()
    except CannotStart as refused:
        _say(refused=str(refused))


def _say(**words: str) -> None:
    sys.stdout.write(f"{json.dumps(words)}\n")
    sys.stdout.flush()
