"""The worst bodies that the routes of `openapi.json` take: what they cost in memory, and how long the server is silent.

The bounds are generous, as the machine may be busy. Memory is the process's highest, as Linux knows it.
"""

import http.client
import re
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from invapi_emulator.control.bodies import BodyLimit, limit_of
from tests.acceptance.costs import MIB, longest_silence, peak, sent
from tests.support.processes import DEADLINE, Served, served

pytestmark = pytest.mark.acceptance

STATE = "/_emulator/accounts/demo/state"
SILENCE_SECONDS = 3
END_SECONDS = 20
READERS = 30
END_OF_ALL_SECONDS = 600
LARGE_WORLD = b'{"vms":[%s]}' % b",".join(b'{"id":%d}' % number for number in range(1, 15_001))
MEMORY = 256 * MIB
FOR_EACH_BYTE = 40
SLACK = 16 * MIB
"""What any request may add, as buffers and parts that are loaded at their first use."""


def _repeated(item: bytes, limit: BodyLimit) -> bytes:
    """Return an array that has as many items as the route takes."""
    values = sum(map(item.count, (b",", b"[", b"{")))
    number = min(limit.values // values, limit.size // len(item)) - 4
    return b"[" + item * number + b"1]"


def _filled(limit: BodyLimit) -> bytes:
    text = "\N{GRINNING FACE}".encode()
    return b'{"kind":"' + text * ((limit.size - 20) // len(text)) + b'"}'


WORST: dict[str, Callable[[BodyLimit], bytes]] = {
    "numbers": lambda limit: _repeated(b"1,", limit),
    "objects": lambda limit: _repeated(b"{},", limit),
    "arrays": lambda limit: _repeated(b"[],", limit),
    "depth": lambda limit: b"[" * min(limit.values, limit.size),
    "names": lambda limit: b"{%s}" % b",".join(b'"k%d":1' % n for n in range(min(limit.values, limit.size // 16))),
    "vms": lambda limit: b'{"vms":%s}' % _repeated(b"{},", limit),
    "snapshots": lambda limit: b'{"id":1,"snapshots":%s}' % _repeated(b"{},", limit),
    "changes of power": lambda limit: b'{"vms":[{"id":1,"power_changes":%s}]}' % _repeated(b'{"at":"2029-12-31T23:59:59Z","power":"on"},', limit),
    "text": _filled,
    "digits": lambda limit: b"[" + b"9" * (limit.size - 2) + b"]",
    "quotes": lambda limit: b'"' * limit.size,
}  # fmt: skip


def _routes(server: Served) -> list[tuple[str, str]]:
    """Return method and path of each route of the description that reads a body, and of the login."""
    with server.emulator() as emulator:
        paths = emulator.http.get("/openapi.json").json()["paths"]
    routes = [
        (verb.upper(), path)
        for path, verbs in paths.items()
        for verb in verbs
        if verb in ("post", "put", "patch")
    ]
    values = {
        "{name}": "demo",
        "{vm_id}": "12345",
        "{rule_id}": "1",
        "{invoice_id}": "7002",
        "{key}": "k" * 32,
    }
    filled = [(verb, re.sub(r"\{\w+\}", lambda part: values[part[0]], path)) for verb, path in routes]
    return [*filled, ("POST", "/_emulator/ui/login")]


@pytest.mark.parametrize("kind", WORST)
def test_the_worst_body_of_each_route_costs_little(kind: str) -> None:
    with served("--clock", "frozen") as server:
        for method, path in _routes(server):
            limit = limit_of(path)
            body = WORST[kind](limit)[: limit.size]
            sent(server, method, path, b"{")
            peak(server.process.pid)
            before = peak(server.process.pid)
            with longest_silence(server) as took:
                status = sent(server, method, path, body)
            cost = peak(server.process.pid) - before
            about = f"{method} {path}: {status}, {len(body)} bytes, {cost // MIB} MiB, silent for {max(took):.2f} s"
            assert status < 500, about
            assert cost <= min(MEMORY, FOR_EACH_BYTE * len(body)) + SLACK, about
            assert max(took) < SILENCE_SECONDS, about


def test_a_large_import_leaves_time_for_others() -> None:
    with served("--clock", "frozen") as server, longest_silence(server) as took:
        assert sent(server, "PUT", STATE, LARGE_WORLD) == 200
    assert max(took) < SILENCE_SECONDS


INVOICE = (
    b'{"id":%d,"status":"Unpaid","paid":"0.08","created_at":"2025-06-01T00:00:00Z",'
    b'"items":[{"type":"Other","product":7,"amount":"1.00"}],"payments":[%s]}'
)
PAYMENTS = b",".join([b'{"at": "2025-07-01T00:00:00Z", "amount": "0.01", "source": "credit"}'] * 8)
MANY_PAYMENTS = b'{"vms":[],"invoices":[%s]}' % b",".join(
    INVOICE % (number, PAYMENTS) for number in range(1, 20_001)
)


def test_an_import_of_many_payments_costs_little_more_than_its_parsed_body() -> None:
    with served("--clock", "frozen") as server:
        assert sent(server, "PUT", STATE, b'{"vms":[]}') == 200
        peak(server.process.pid)
        before = peak(server.process.pid)
        with longest_silence(server) as took:
            assert sent(server, "PUT", STATE, MANY_PAYMENTS) == 200
        assert peak(server.process.pid) - before <= 230 * MIB
        assert max(took) < SILENCE_SECONDS


def test_the_largest_world_is_exported_and_imported_again() -> None:
    with served("--clock", "frozen") as server, server.emulator() as emulator:
        assert sent(server, "PUT", STATE, LARGE_WORLD) == 200
        peak(server.process.pid)
        before = peak(server.process.pid)
        with longest_silence(server) as took:
            exported = emulator.http.get(STATE)
            assert exported.status_code == 200
            assert sent(server, "PUT", STATE, exported.content) == 200
        assert peak(server.process.pid) - before <= MEMORY
        assert max(took) < SILENCE_SECONDS
        assert emulator.http.get(STATE).content == exported.content
        emulator.start("vm", "create_snapshot", vm=1, name="one-part-more")
        assert emulator.http.get(STATE).json()["error"]["reason"] == "export_too_large"


@pytest.mark.parametrize("flags", [(), ("--answer-timeout", "600", "--body-timeout", "600")])
def test_a_signal_ends_a_server_that_imports(tmp_path: Path, flags: tuple[str, ...]) -> None:
    database = ("--db", str(tmp_path / "worlds.db"), "--clock", "frozen")
    with served(*database, *flags) as server:
        before = _ids(server)
        importing = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=DEADLINE)
        importing.request("PUT", STATE, LARGE_WORLD)
        assert sent(server, "GET", "/_emulator/health") == 200
        server.process.send_signal(signal.SIGTERM)
        told = time.monotonic()
        assert server.process.wait(DEADLINE) == 0
        assert time.monotonic() - told < END_SECONDS
        importing.close()
    with served(*database) as server:
        assert _ids(server) in (before, list(range(1, 15_001)))


def _ids(server: Served) -> list[int]:
    with server.emulator() as emulator:
        ids: list[int] = emulator.http.get("/_emulator/accounts/demo").json()["vms"]
        return ids


@pytest.mark.parametrize("part", ["state", "vms"])
def test_many_readers_of_a_large_world_cost_little_more_than_one(part: str) -> None:
    with served("--clock", "frozen") as server:
        assert sent(server, "PUT", STATE, LARGE_WORLD) == 200
        peak(server.process.pid)
        before = peak(server.process.pid)
        with longest_silence(server) as took, ThreadPoolExecutor(READERS) as readers:
            path = f"/_emulator/accounts/demo/{part}"
            answers = [
                readers.submit(sent, server, "GET", path, within=END_OF_ALL_SECONDS) for _ in range(READERS)
            ]
            assert [answer.result() for answer in answers] == [200] * READERS
        assert peak(server.process.pid) - before <= MEMORY
        assert max(took) < SILENCE_SECONDS


ACCOUNT = STATE.removesuffix("/state")
SMALL_CHANGES: dict[str, tuple[int, Callable[[int], tuple[str, str, bytes]]]] = {
    "a processor": (200, lambda n: ("PATCH", f"/vms/{n}", b'{"cpu_count":%d}' % n)),
    "a taken id of a tag": (422, lambda n: ("PATCH", f"/vms/{n}", b'{"tags":{"a":{"id":5}}}')),
    "an IPv6 address": (200, lambda n: ("PATCH", f"/vms/{n}", b'{"ip":"2001:db8::%x"}' % n)),
    "the same VM": (200, lambda n: ("PATCH", "/vms/7", b'{"cpu_count":%d}' % n)),
    "a new VM": (201, lambda n: ("POST", "/vms", b'{"id":%d}' % (20_000 + n))),
}


def test_many_small_changes_in_a_large_account_leave_time_and_memory_for_others() -> None:
    world = LARGE_WORLD.partition(b',{"id":14501}')[0] + b"]}"
    with served("--clock", "frozen") as server, ThreadPoolExecutor(60) as pool:
        assert sent(server, "PUT", STATE, world) == 200
        for kind, (status, change) in SMALL_CHANGES.items():
            assert _sent(server, change(1_000)) == status, kind
            peak(server.process.pid)
            before = peak(server.process.pid)
            with longest_silence(server) as took:
                answers = pool.map(lambda n, change=change: _sent(server, change(n)), range(8, 68))
                assert set(answers) == {status}, kind
            assert peak(server.process.pid) - before <= 64 * MIB, kind
            assert max(took) < SILENCE_SECONDS, kind


def _sent(server: Served, request: tuple[str, str, bytes]) -> int:
    method, path, body = request
    return sent(server, method, ACCOUNT + path, body)


def test_many_resets_to_a_large_scenario_take_the_memory_of_one(tmp_path: Path) -> None:
    scenario, reset = tmp_path / "large.json", f"{ACCOUNT}/reset"
    scenario.write_bytes(LARGE_WORLD.partition(b',{"id":6001}')[0] + b"]}")
    with (
        served("--clock", "frozen", "--scenario", str(scenario)) as server,
        longest_silence(server) as took,
        ThreadPoolExecutor(8) as pool,
    ):
        assert sent(server, "POST", reset) == 200
        peak(server.process.pid)
        before = peak(server.process.pid)
        assert set(pool.map(lambda _number: sent(server, "POST", reset), range(8))) == {200}
        assert peak(server.process.pid) - before <= 40 * MIB
    assert max(took) < SILENCE_SECONDS
