"""The time from the start of a process to its first answer."""

import time
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException

from benchmarks import servers
from benchmarks.client import FORM, client_of
from benchmarks.loads import LIST
from benchmarks.plan import Plan
from benchmarks.row import Row, Target

TIMES = 10


def measure(_plan: Plan) -> list[Row]:
    took: dict[str, list[float]] = {"floor": [], "emulator": [], "account": []}
    for who in took:
        first_answer(who)  # Python compiles missing bytecode
    for _ in range(TIMES):
        for who, times in took.items():
            times.append(first_answer(who))
    return [
        _row(
            "start",
            "from the start of the process to the first answer, demo world in memory",
            took,
            "emulator",
            1.4,
        ),
        _row(
            "first_account",
            "from the start of the process to the first account made by it",
            took,
            "account",
            2,
        ),
    ]


def _row(name: str, what: str, took: Mapping[str, Sequence[float]], who: str, most: float) -> Row:
    measured = {"floor": took["floor"], "emulator": took[who]}
    ratios = [mine / floors for mine, floors in zip(took[who], took["floor"], strict=True)]
    return Row(name, what, "s", measured, ratios, "× floor", Target("≤", most))


def first_answer(who: str) -> float:
    """Start a server. Return the seconds until it answered a call or created an account."""
    port = servers.free_port()
    emulator: Sequence[str] = (*servers.EMULATOR, "--port", str(port))
    command = servers.uvicorn("floor", port) if who == "floor" else emulator
    return seconds_to_answer(command, port, _makes_account if who == "account" else _answers)


def seconds_to_answer(command: Sequence[str], port: int, answers: Callable[[int], bool]) -> float:
    began = time.monotonic()
    process = servers.spawn(command)
    try:
        while time.monotonic() < began + servers.DEADLINE:
            if answers(port):
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


def _makes_account(port: int) -> bool:
    try:
        with client_of(port) as client:
            return bool(client.control("POST", "/accounts")["token"])
    except (OSError, HTTPException):
        return False
