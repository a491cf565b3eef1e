"""Callbacks in the store: they are claimed for a time, tried three times at most, and go with their world.

Here they are written through the store. An order does it through the API.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import select

from invapi_emulator.domain.instants import SECOND
from invapi_emulator.storage import accounts, callbacks, events
from invapi_emulator.storage.callback_tables import callback
from invapi_emulator.storage.callbacks import LEASE, Callback, Outcome
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.worlds.accounts import new_reset, reset_account
from invapi_emulator.worlds.load import preparing
from invapi_emulator.worlds.named import Scenario, scenario
from invapi_emulator.worlds.steps import at_once
from tests.support.calls import DEMO
from tests.support.fake_clock import POSTGRESQL, FakeClock, opened

URL = "http://me:hunter2@hooks.test/done?key=hunter2"
FAILED = Outcome(500, "answered 500")


@pytest.fixture
def database(time: FakeClock, lasting: str) -> Iterator[Database]:
    with opened(time, db=lasting, clock="real", rate=10) as database:
        yield database


def add(database: Database, url: str = URL, server: int = 12345) -> None:
    database.run_now(DEMO, lambda unit: callbacks.add(unit, url, server, 7, "deploy_done"))


def claimed(database: Database, most: int = 10) -> list[Callback]:
    with database.transaction() as tx:
        return callbacks.claim(tx, database.real_now(tx), most)


def recorded(database: Database, owed: Callback, outcome: Outcome) -> bool:
    return database.run_now(DEMO, lambda unit: callbacks.record(unit, owed, outcome))


def rows(database: Database) -> list[dict[str, Any]]:
    with database.read() as tx:
        return [dict(row) for row in tx.execute(select(callback).order_by(callback.c.id)).mappings()]


def told(database: Database) -> list[dict[str, Any]]:
    with database.read() as tx:
        happened = events.newest(tx, DEMO, ("callback_sent", "callback_failed"), 100)
    return [event.data | {"kind": event.kind} for event in happened]


def test_a_callback_is_written_with_its_unit_or_not_at_all(database: Database) -> None:
    def refused(unit: UnitOfWork) -> None:
        callbacks.add(unit, URL, 12345, 7, "deploy_done")
        raise KeyError

    with pytest.raises(KeyError):
        database.run_now(DEMO, refused)
    assert rows(database) == []
    add(database)
    (row,) = rows(database)
    assert (row["server"], row["invoice"], row["url"], row["status"]) == (12345, 7, URL, "deploy_done")
    assert (row["attempts"], row["outcome"]) == (0, None)


def test_a_url_that_cannot_be_called_is_not_taken(database: Database) -> None:
    with pytest.raises(ValueError, match="starts with http"):
        add(database, "ftp://hooks.test/")
    assert rows(database) == []


def test_what_one_worker_has_claimed_no_other_claims_within_the_lease(
    database: Database, time: FakeClock
) -> None:
    add(database)
    assert [owed.attempts for owed in claimed(database)] == [1]
    assert claimed(database) == []
    time.go_on(LEASE / SECOND - 1)
    assert claimed(database) == []
    time.go_on(1)
    assert [owed.attempts for owed in claimed(database)] == [2]


@pytest.mark.skipif(not POSTGRESQL, reason="SQLite has one writer")
def test_two_workers_at_once_claim_each_callback_once(database: Database, time: FakeClock) -> None:
    for server in range(4):
        add(database, server=server)
    with ExitStack() as both:
        first, second = (both.enter_context(database.transaction()) for _ in range(2))
        mine = callbacks.claim(first, time.now, 2)
        others = callbacks.claim(second, time.now, 10)
    assert [owed.server for owed in mine] == [0, 1]
    assert [owed.server for owed in others] == [2, 3]


def test_the_earliest_are_claimed_first(database: Database, time: FakeClock) -> None:
    for server in (3, 1, 2):
        add(database, server=server)
        time.go_on(1)
    assert [owed.server for owed in claimed(database, 2)] == [3, 1]
    assert [owed.server for owed in claimed(database, 2)] == [2]


def test_the_next_due_time_is_that_of_a_try_or_of_the_end_of_a_lease(
    database: Database, time: FakeClock
) -> None:
    def first_due_at() -> int | None:
        with database.read() as tx:
            return callbacks.first_due_at(tx)

    assert first_due_at() is None
    add(database)
    assert first_due_at() == time.now
    (owed,) = claimed(database)
    assert first_due_at() == time.now + LEASE
    recorded(database, owed, FAILED)
    assert first_due_at() == time.now + 5 * SECOND
    time.go_on(5)
    (owed,) = claimed(database)
    recorded(database, owed, Outcome(204))
    assert first_due_at() is None


def test_after_three_failed_tries_it_is_given_up(database: Database, time: FakeClock) -> None:
    add(database)
    for pause in (5, 30, 1000):
        (owed,) = claimed(database)
        assert recorded(database, owed, FAILED)
        assert claimed(database) == []
        time.go_on(pause)
    assert claimed(database) == []
    (row,) = rows(database)
    assert (row["attempts"], row["outcome"], row["last_error"], row["next_at"]) == (
        3,
        "failed",
        "answered 500",
        None,
    )
    assert [(event["attempt"], event["tries_left"]) for event in told(database)] == [(1, 2), (2, 1), (3, 0)]


def test_a_kill_within_the_last_try_is_told_of_and_no_fourth_try_is_made(
    database: Database, time: FakeClock
) -> None:
    add(database)
    tries = []
    for _ in range(4):
        (owed,) = claimed(database)
        tries.append((owed.attempts, owed.is_used_up))
        time.go_on(LEASE / SECOND)
    assert tries == [(1, False), (2, False), (3, False), (4, True)]
    assert recorded(database, owed, Outcome(error=callbacks.LOST))
    assert [row["outcome"] for row in rows(database)] == ["failed"]
    assert told(database)[-1]["attempt"] == 3
    assert claimed(database) == []


def test_what_was_sent_is_told_of_without_credentials_and_query(database: Database) -> None:
    add(database)
    (owed,) = claimed(database)
    assert recorded(database, owed, Outcome(201))
    shown = {"server": 12345, "invoice": 7, "url": "http://hooks.test/done", "attempt": 1}
    assert told(database) == [shown | {"status": 201, "kind": "callback_sent"}]
    add(database)
    (owed,) = claimed(database)
    assert recorded(database, owed, FAILED)
    failed = {"status": 500, "error": "answered 500", "tries_left": 2, "kind": "callback_failed"}
    assert told(database)[1:] == [shown | failed]


def test_a_worker_that_comes_too_late_records_nothing(database: Database, time: FakeClock) -> None:
    add(database)
    (late,) = claimed(database)
    time.go_on(LEASE / SECOND)
    (owed,) = claimed(database)
    assert not recorded(database, late, Outcome(200))
    assert told(database) == []
    assert recorded(database, owed, Outcome(200))
    assert not recorded(database, owed, FAILED)
    assert len(told(database)) == 1


def test_a_reset_drops_what_is_pending_and_under_way(database: Database) -> None:
    def reset(unit: UnitOfWork) -> None:
        demo = Scenario("demo", scenario("demo"))
        reset_account(unit, at_once(preparing(new_reset(unit, demo, None), demo.world)))

    add(database, server=1)
    (under_way,) = claimed(database)
    add(database, server=2)
    database.run_now(DEMO, reset)
    assert rows(database) == []
    add(database, server=3)
    assert not recorded(database, under_way, Outcome(200))
    assert [owed.server for owed in claimed(database)] == [3]


def test_callbacks_go_with_their_account(database: Database) -> None:
    add(database)
    with database.transaction() as tx:
        accounts.remove(tx, DEMO)
    assert rows(database) == []


def test_of_those_that_have_ended_the_newest_are_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks, "KEPT", 2)
    for server in range(4):
        add(database, server=server)
    for owed in claimed(database)[1:]:
        recorded(database, owed, Outcome(200))
    assert [row["server"] for row in rows(database)] == [0, 2, 3]
