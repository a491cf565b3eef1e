"""Many clients at once: exactly one gets what only one can have."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Barrier

import httpx
import pytest

from tests.support.harness import TOKEN, Emulator, Json


def at_once(emulator: Emulator, clients: int, form: Callable[[int], Json], module: str) -> list[Json]:
    """Send one call from each of this many clients at the same time, over open connections."""
    barrier = Barrier(clients, timeout=60)

    def call(number: int, http: httpx.Client) -> Json:
        barrier.wait()
        return emulator.answer(http.post(f"/{module}.php", data=form(number)))

    with ExitStack() as connections, ThreadPoolExecutor(clients) as pool:
        connected = [connections.enter_context(connection(emulator.url)) for _ in range(clients)]
        return list(pool.map(call, range(clients), connected))


@contextmanager
def connection(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60, verify=False) as http:
        http.get("/_emulator/health").raise_for_status()
        yield http


def test_one_of_fifty_simultaneous_creates_is_accepted(emulator: Emulator) -> None:
    def form(number: int) -> Json:
        return {"action": "create_snapshot", "token": TOKEN, "id": 12345, "name": f"snapshot-{number}"}

    answers = at_once(emulator, 50, form, "vm")
    assert Counter(answer.get("reason", answer["result"]) for answer in answers) == {"OK": 1, "vm_locked": 49}
    emulator.advance(until="idle")
    assert len(emulator.listed()) == 3


def test_one_of_twenty_checks_of_a_finished_key_gets_ok(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    emulator.advance(until=key)
    answers = at_once(emulator, 20, lambda _: {"action": "check", "key": key}, "eq_callback")
    assert Counter(answer.get("reason", answer["result"]) for answer in answers) == {"OK": 1, "key_spent": 19}


def test_one_of_twenty_checks_on_an_auto_clock_gets_ok(emulator: Emulator) -> None:
    emulator.set_clock(mode="auto", polls=5)
    key = emulator.start("vm", "create_snapshot", name="a")
    answers = at_once(emulator, 20, lambda _: {"action": "check", "key": key}, "eq_callback")
    results = Counter(answer.get("reason", answer["result"]) for answer in answers)
    assert results == {"Not ready": 5, "OK": 1, "key_spent": 14}


@pytest.mark.no_cover
def test_simultaneous_calls_and_clock_moves_lose_nothing(emulator: Emulator) -> None:
    def move(_: int) -> int:
        return len([e for e in emulator.advance(7)["events"] if e["kind"] == "task_ended"])

    keys = [emulator.start("eq", "status", vm) for vm in (12345, 12346, 12347, 12348) for _ in range(50)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(move, range(8)))
        results = Counter(pool.map(lambda key: emulator.check(key)["result"], keys))
    assert results == {"OK": 200}
    assert emulator.clock["now"] == "2030-01-01T00:00:56Z"
