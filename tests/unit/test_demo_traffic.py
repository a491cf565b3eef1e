"""The demo with traffic of its own."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from invapi_emulator.application import EmulatorApp
from invapi_emulator.runtime import Runtime
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.worlds.demo_traffic import DemoTraffic
from tests.support.fake_clock import FakeClock, fresh_database
from tests.support.harness import SEED, Json


@contextmanager
def emulator(time: FakeClock, **settings: object) -> Iterator[EmulatorApp]:
    with fresh_database(time) as db:
        chosen = read_settings({"seed": SEED, "clock": "real", "db": db} | settings)
        yield EmulatorApp(Runtime(chosen, time))


async def control(application: EmulatorApp, method: str, path: str, body: Json | None = None) -> Json:
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        answer: Json = (await http.request(method, f"/_emulator/accounts/demo{path}", json=body)).json()
        return answer


async def steps(application: EmulatorApp, time: FakeClock, count: int) -> None:
    """Let the demo make steps, ten account seconds apart."""
    traffic = DemoTraffic(application, application.runtime.settings.admin_token)
    for _ in range(count):
        await traffic.step()
        time.go_on(1)


async def calls_of(application: EmulatorApp, time: FakeClock, count: int) -> list[Json]:
    """Let the demo make steps. Return its calls in the journal, without what differs between runs."""
    await steps(application, time, count)
    calls = (await control(application, "GET", "/requests"))["requests"]
    await application.aclose()
    return [{name: call[name] for name in ("action", "vm", "result", "task", "fault")} for call in calls]


def test_it_makes_and_rotates_snapshots_reads_and_sometimes_fails(time: FakeClock) -> None:
    async def live() -> tuple[list[Json], Json]:
        with emulator(time) as application:
            await steps(application, time, 400)
            calls = (await control(application, "GET", "/requests"))["requests"]
            rotating = await control(application, "GET", "/vms/12348")
            await application.aclose()
            return calls, rotating

    calls, rotating = asyncio.run(live())
    actions = Counter(call["action"] for call in calls)
    assert set(actions) == {"check", "create_snapshot", "on", "off", "get_snapshot", "load_stats", "status"}
    assert {call["vm"] for call in calls if call["action"] in {"create_snapshot", "on", "off"}} == {12348}
    assert {call["result"] for call in calls} == {"ok"}
    assert {call["user_agent"] for call in calls} == {"invapi-emulator --live"}
    faults = Counter(call["fault"] for call in calls)
    assert 1 <= faults["task_fails"] <= actions["create_snapshot"] + actions["on"] + actions["off"]
    held = [snapshot["name"] for snapshot in rotating["snapshots"]]
    assert len(held) == 4
    assert held[0] == "golden"
    assert all(name.startswith("auto-") for name in held[1:])


def test_the_same_seed_makes_the_same_steps_at_any_time(time: FakeClock) -> None:
    runs = []
    for _ in range(2):
        time.go_on(60)
        with emulator(time, clock="frozen") as application:
            runs.append(asyncio.run(calls_of(application, time, 30)))
    assert runs[0] == runs[1]
    assert len(runs[0]) > 20


def test_an_account_without_vms_is_left_alone(time: FakeClock) -> None:
    with emulator(time, scenario="empty") as application:
        assert asyncio.run(calls_of(application, time, 3)) == []


def test_it_only_needs_the_admin_token(time: FakeClock) -> None:
    with emulator(time, admin_token="let-me-in") as application:
        asyncio.run(steps(application, time, 3))
        counted = application.runtime.metrics.calls
        assert sum(counted.values()) >= 1
        asyncio.run(application.aclose())


def test_a_simultaneous_reset_does_not_disturb_it(time: FakeClock) -> None:
    async def live() -> list[Json]:
        with emulator(time) as application:
            traffic = DemoTraffic(application)
            for number in range(120):
                await traffic.step()
                if number % 40 == 39:
                    await control(application, "POST", "/reset")
                time.go_on(1)
            calls: list[Json] = (await control(application, "GET", "/requests"))["requests"]
            await application.aclose()
            return calls

    assert Counter(call["result"] for call in asyncio.run(live()))["ok"] > 100


def test_it_waits_for_a_task_with_stages(time: FakeClock) -> None:
    with emulator(time, assume="A-13=no") as application:
        calls = asyncio.run(calls_of(application, time, 60))
    assert any(call["action"] == "check" for call in calls)
    assert {call["result"] for call in calls} == {"ok"}


@pytest.fixture
def time() -> FakeClock:
    return FakeClock()


@pytest.mark.parametrize(
    "kind", ["connection_reset", "empty_reply", "lost_reply", "truncated_body", "latency", "slow_body"]
)
def test_rules_about_connections_do_not_stop_it(time: FakeClock, kind: str) -> None:
    fields: dict[str, Json] = {"latency": {"seconds": 0.01}, "slow_body": {"bytes_per_second": 100_000}}
    rule = {"kind": kind, "times": None} | fields.get(kind, {})

    async def live() -> Counter[str]:
        with emulator(time) as application:
            await control(application, "POST", "/faults", rule)
            await steps(application, time, 5)
            calls = (await control(application, "GET", "/requests"))["requests"]
            await application.aclose()
            return Counter(call["fault"] for call in calls)

    assert asyncio.run(live())[kind] >= 3
