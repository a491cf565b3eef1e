"""The demo that moves by itself."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

from handed import HandedTime, opened
from harness import SEED, Json
from invapi_emulator.live import Live
from invapi_emulator.scenarios.named import Scenario, scenario
from invapi_emulator.scenarios.worlds import DEMO, reset_account
from invapi_emulator.storage import accounts, faults, requests, snapshots
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.faults import Rule


@pytest.fixture
def database(time: HandedTime) -> Iterator[Database]:
    with opened(time, seed=SEED, clock="real") as database:
        yield database


async def steps(database: Database, time: HandedTime, count: int) -> list[Json]:
    """Let the demo make so many steps, ten account seconds apart; return its calls as the journal has them."""
    await steps_of(Live(database, lambda _account: None), time, count)
    with database.read() as tx:
        account = accounts.by_name(tx, DEMO)
        assert account is not None
        return [vars_of(call) for _, call in requests.newest(tx, account.id)]


def vars_of(call: requests.Request) -> Json:
    return {
        "action": call.action,
        "vm": call.vm,
        "result": call.result,
        "task": call.task,
        "fault": call.fault,
    }


def test_it_makes_and_rotates_snapshots_looks_around_and_fails_now_and_then(
    database: Database, time: HandedTime
) -> None:
    calls = asyncio.run(steps(database, time, 400))
    actions = Counter(call["action"] for call in calls)
    assert set(actions) == {"check", "create_snapshot", "on", "off", "get_snapshot", "load_stats", "status"}
    assert {call["vm"] for call in calls if call["action"] in {"create_snapshot", "on", "off"}} == {12348}
    faults = Counter(call["fault"] for call in calls)
    assert 1 <= faults["task_fails"] <= actions["create_snapshot"] + actions["on"] + actions["off"]
    with database.read() as tx:
        held = [snapshot.name for snapshot in snapshots.of_vm(tx, 1, 12348)]
    assert len(held) == 4
    assert held[0] == "golden"
    assert all(name.startswith("auto-") for name in held[1:])


def test_the_same_seed_makes_the_same_steps_at_any_time(time: HandedTime) -> None:
    runs = []
    for _ in range(2):
        time.go_on(60)
        with opened(time, seed=SEED, clock="frozen") as database:
            runs.append(asyncio.run(steps(database, time, 30)))
    assert runs[0] == runs[1]
    assert len(runs[0]) > 20


def test_an_account_without_vms_is_left_in_peace(time: HandedTime) -> None:
    with opened(time, scenario="empty") as database:
        assert asyncio.run(steps(database, time, 3)) == []


def test_after_a_reset_it_leaves_a_rule_of_the_same_number_alone(
    database: Database, time: HandedTime
) -> None:
    live = Live(database, lambda _account: None)

    async def until_it_has_a_rule() -> None:
        while live.rule is None:
            await live.step()
            time.go_on(1)

    asyncio.run(until_it_has_a_rule())
    with database.write() as tx:
        account = accounts.by_name(tx, DEMO)
        assert account is not None
        reset_account(tx, account, Scenario(DEMO, scenario(DEMO)), None, time.now)
        mine = Rule(
            accounts.next_fault(tx, account.id), {"kind": "lost_reply", "match": {"action": "logout"}}
        )
        faults.add(tx, account.id, mine)
    assert live.rule is not None
    live.rule = (live.rule[0], mine.id)
    asyncio.run(steps_of(live, time, 60))
    with database.read() as tx:
        assert mine.id in [rule.id for rule in faults.of_account(tx, account.id)]


async def steps_of(live: Live, time: HandedTime, count: int) -> None:
    for _ in range(count):
        await live.step()
        time.go_on(1)


def test_it_waits_for_a_task_that_tells_its_stages(time: HandedTime) -> None:
    with opened(time, seed=SEED, clock="real", assume="A-13=no") as database:
        calls = asyncio.run(steps(database, time, 60))
    assert any(call["action"] == "check" for call in calls)
    assert {call["result"] for call in calls} == {"ok"}
