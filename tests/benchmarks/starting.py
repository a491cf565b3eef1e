"""How long it takes from the start of a process until the first answer."""

import time
from collections.abc import Sequence
from http.client import HTTPException

import servers
from client import FORM, client_of
from loads import LIST
from plan import Plan
from row import Row, Target

TIMES = 10


def measure(_plan: Plan) -> list[Row]:
    took: dict[str, list[float]] = {"floor": [], "emulator": []}
    for who in took:
        first_answer(who)  # Python compiles what it has not compiled yet
    for _ in range(TIMES):
        for who, times in took.items():
            times.append(first_answer(who))
    ratios = [mine / floors for mine, floors in zip(took["emulator"], took["floor"], strict=True)]
    what = "from the start of the process to the first answer, demo world in memory"
    return [Row("start", what, "s", took, ratios, "× floor", Target("≤", 1.6))]


def first_answer(who: str) -> float:
    """Start a server, and return how many seconds later it had answered a call."""
    port = servers.free_port()
    command: Sequence[str] = (*servers.EMULATOR, "--port", str(port))
    return seconds_to_answer(command if who == "emulator" else servers.uvicorn("floor", port), port)


def seconds_to_answer(command: Sequence[str], port: int) -> float:
    began = time.monotonic()
    process = servers.spawn(command)
    try:
        while time.monotonic() < began + servers.DEADLINE:
            if _answers(port):
                return time.monotonic() - began
            time.sleep(0.001)
    finally:
        process.kill()
        process.wait()
    raise RuntimeError(f"{command} does not answer")


def _answers(port: int) -> bool:
    try:
        with client_of(port) as client:
            return b'"callback"' in client.ask("POST", "/vm.php", LIST, FORM)
    except (OSError, HTTPException):
        return False
