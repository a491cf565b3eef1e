"""The worker of callbacks: at least once, three times at most, and nothing waits for it.

Here callbacks are written through the store. An order does it through the API.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from functools import partial

import pytest

from invapi_emulator.engine.callbacks import deliveries
from invapi_emulator.storage import accounts, callbacks
from invapi_emulator.storage.callbacks import Callback, Outcome
from invapi_emulator.storage.database import Database
from tests.support.calls import DEMO
from tests.support.fake_clock import FakeClock
from tests.support.receiver import OK, receiving
from tests.unit.engine.callbacks.at_work import add, at_work, has_told, told, until

BAD = b"HTTP/1.1 500 Not now\r\n\r\n"


def asked_often() -> Callable[[], bool]:
    """Return a condition that holds when it is asked for the twentieth time."""
    left = iter(range(20))
    return lambda: next(left, None) is None


def test_a_callback_is_sent_as_soon_as_it_is_written(database: Database) -> None:
    async def live(url: str) -> None:
        async with at_work(database):
            await asyncio.sleep(0)
            ended = asyncio.Event()
            await database.run(DEMO, lambda unit: add(unit, url))
            loop = asyncio.get_running_loop()

            def hear(_account_id: int) -> None:
                loop.call_soon_threadsafe(ended.set)

            database.notifications.listen(DEMO, hear)
            async with asyncio.timeout(30):
                await ended.wait()
            assert receiver.next().form["id"] == "12345"

    with receiving() as receiver:
        asyncio.run(live(receiver.url()))
    assert [(event["kind"], event["status"], event["attempt"]) for event in told(database)] == [
        ("callback_sent", 200, 1)
    ]


def test_it_is_tried_three_times_with_pauses_and_then_given_up(database: Database, time: FakeClock) -> None:
    async def live(url: str) -> None:
        database.run_now(DEMO, lambda unit: add(unit, url))
        async with at_work(database) as worker:
            for number, pause in ((1, 5), (2, 30), (3, 1000)):
                await until(has_told(database, number), worker)
                time.go_on(pause)
            await until(asked_often(), worker)

    with receiving(BAD, BAD, BAD, OK) as receiver:
        asyncio.run(live(receiver.url()))
        assert receiver.connections == 3
    assert [(event["attempt"], event["tries_left"]) for event in told(database)] == [(1, 2), (2, 1), (3, 0)]


def test_after_a_failure_the_next_try_can_succeed(database: Database, time: FakeClock) -> None:
    async def live(url: str) -> None:
        database.run_now(DEMO, lambda unit: add(unit, url))
        async with at_work(database) as worker:
            await until(has_told(database, 1), worker)
            time.go_on(5)
            await until(has_told(database, 2), worker)

    with receiving(BAD, OK) as receiver:
        asyncio.run(live(receiver.url()))
    assert [event["kind"] for event in told(database)] == ["callback_failed", "callback_sent"]


def test_what_a_killed_worker_had_claimed_is_sent_again_after_its_lease(
    database: Database, time: FakeClock
) -> None:
    async def live(url: str) -> None:
        database.run_now(DEMO, lambda unit: add(unit, url))
        asked: list[Callback] = []
        ends = threading.Event()

        def hang(owed: Callback) -> Outcome:
            asked.append(owed)
            ends.wait(30)
            return Outcome(200)

        async with at_work(database, hang) as killed:
            await until(lambda: asked, killed)
        ends.set()
        async with at_work(database) as worker:
            time.go_on(29)
            await until(asked_often(), worker)
            assert receiver.received.empty()
            time.go_on(1)
            await until(has_told(database, 1), worker)

    with receiving() as receiver:
        asyncio.run(live(receiver.url()))
        assert receiver.next().form["invoice"] == "7"
    assert [event["attempt"] for event in told(database)] == [2]


def test_two_workers_do_not_both_send_within_a_lease(database: Database) -> None:
    async def live(url: str) -> None:
        for server in range(6):
            database.run_now(DEMO, partial(add, url=url, server=server))
        async with at_work(database) as first, at_work(database) as second:
            second.wake()
            await until(has_told(database, 6), first)

    with receiving() as receiver:
        asyncio.run(live(receiver.url()))
        sent = [receiver.next().form["id"] for _ in range(6)]
        assert receiver.received.empty()
    assert sorted(sent) == ["0", "1", "2", "3", "4", "5"]


def test_what_is_sent_for_an_account_that_is_removed_meanwhile_leaves_nothing(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    asked, ends = [], threading.Event()

    def slow(owed: Callback) -> Outcome:
        asked.append(owed)
        ends.wait(30)
        return Outcome(200)

    def remove() -> None:
        with database.transaction() as tx:
            accounts.remove(tx, DEMO)
        database.evict([DEMO])

    async def live() -> None:
        database.run_now(DEMO, add)
        async with at_work(database, slow) as worker:
            await until(lambda: asked, worker)
            await database.call(remove)
            ends.set()
            await until(lambda: "callback" not in {each.name for each in threading.enumerate()}, worker)
            await until(asked_often(), worker)

    asyncio.run(live())
    with database.read() as tx:
        assert callbacks.first_due_at(tx) is None
    assert caplog.text == ""


def test_a_mistake_of_the_sender_is_a_failed_try(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def wrong(_owed: Callback) -> Outcome:
        raise KeyError

    async def live() -> None:
        database.run_now(DEMO, add)
        async with at_work(database, wrong) as worker:
            await until(has_told(database, 1), worker)

    asyncio.run(live())
    assert told(database)[0]["error"] == "a mistake of the emulator's own; see its log"
    assert "KeyError" in caplog.text


def test_a_thread_that_hangs_is_not_waited_for(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "TRY_SECONDS", 0.01)
    monkeypatch.setattr(deliveries, "_MARGIN_SECONDS", 0.01)
    ends = threading.Event()

    def hang(_owed: Callback) -> Outcome:
        ends.wait(30)
        return Outcome(200)

    async def live() -> None:
        database.run_now(DEMO, add)
        async with at_work(database, hang) as worker:
            await until(has_told(database, 1), worker)

    asyncio.run(live())
    ends.set()
    assert told(database)[0]["error"] == "no answer within 5 seconds"


def test_credentials_and_query_are_masked_in_events_and_log(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def live() -> None:
        database.run_now(DEMO, add)
        async with at_work(database, lambda _owed: Outcome(500, "answered 500")) as worker:
            await until(lambda: "answered 500" in caplog.text, worker)

    asyncio.run(live())
    assert told(database)[0]["url"] == "http://127.0.0.1:9/done"
    assert (
        "callback of server 12345 to http://127.0.0.1:9/done: try 1 of 3 failed: answered 500" in caplog.text
    )
    assert "hunter2" not in caplog.text
