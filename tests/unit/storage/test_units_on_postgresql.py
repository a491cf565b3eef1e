"""On PostgreSQL, calls that arrive while others are under way are committed together."""

import asyncio
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from invapi_emulator.clock import real_time
from invapi_emulator.process.pace import LONGEST_TURN
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.startup import open_worlds
from invapi_emulator.storage import events, vms
from invapi_emulator.storage.backends.postgresql_session import PostgresSession
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.errors import CannotWrite
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.storage.write_batch import WriteBatch
from tests.support.accounts import new_account
from tests.support.calls import DEMO
from tests.support.postgres_server import Postgres
from tests.unit.storage.together import VM, at_once, breaking, started_of, stored


@pytest.fixture
def database(postgres: Postgres, request: pytest.FixtureRequest) -> Iterator[Database]:
    settings = read_settings({"db": postgres.url(request.node.name[-40:]), "seed": 7, "clock": "frozen"})
    with closing(open_worlds(settings, real_time())) as database:
        yield database


@pytest.fixture
def commits(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows with each committed transaction."""
    assert database.durable
    made: list[int] = []
    commit = PostgresSession.commit

    def counted(session: PostgresSession) -> WriteBatch:
        batch = commit(session)
        made.append(1)
        return batch

    monkeypatch.setattr(PostgresSession, "commit", counted)
    return made


def test_calls_that_arrive_meanwhile_share_one_commit_and_each_sees_those_before(
    database: Database, commits: list[int]
) -> None:
    assert at_once(database, *[started_of] * 6) == [1, 2, 3, 4, 5, 6]
    assert len(commits) == 2  # of the first, and of those that arrived meanwhile
    assert stored(database) == 6


def test_calls_of_several_accounts_share_one_commit_too(database: Database, commits: list[int]) -> None:
    others = [new_account(database, f"other-{number}") for number in range(5)]
    commits.clear()
    waiting = [DEMO, others[0], *others, DEMO]

    async def together() -> list[int]:
        return await asyncio.gather(*(database.run(account_id, started_of) for account_id in waiting))

    assert asyncio.run(together()) == [1, 1, 2, 1, 1, 1, 1, 2]
    assert len(commits) <= 4  # of the first two, and twice of calls that arrived meanwhile for other accounts


def test_an_account_locked_by_another_server_delays_only_its_own_calls(
    database: Database,
) -> None:
    held, free = (new_account(database, name) for name in ("held", "free"))
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    async def beside() -> tuple[list[int], list[bool], list[int]]:
        with psycopg.connect(url) as other:
            other.execute("SELECT FROM account WHERE id = %s FOR UPDATE", [held])
            waiting = [asyncio.create_task(database.run(held, started_of)) for _ in range(3)]
            answered = [await database.run(free, started_of) for _ in range(3)]
            still = [task.done() for task in waiting]
        return answered, still, await asyncio.gather(*waiting)

    assert asyncio.run(beside()) == ([1, 2, 3], [False] * 3, [1, 2, 3])


def test_a_client_that_leaves_loses_only_its_own_answer_on_postgresql(database: Database) -> None:
    async def leave() -> list[int]:
        runs = [asyncio.create_task(database.run(DEMO, started_of)) for _ in range(3)]
        await asyncio.sleep(0)
        runs[1].cancel()
        await asyncio.wait(runs)
        assert runs[1].cancelled()
        return [runs[0].result(), runs[2].result()]

    assert asyncio.run(leave()) == [1, 3]
    assert stored(database) == 3


def test_a_call_that_cannot_be_written_does_not_affect_the_others_on_postgresql(database: Database) -> None:
    database.run_now(DEMO, lambda unit: events.record(unit, 1, "power", vm=VM))
    first, *second = at_once(database, started_of, started_of, breaking, started_of)
    assert [first, second[0], second[2]] == [1, 2, 3]
    assert isinstance(second[1], IntegrityError)
    assert stored(database) == 3
    assert at_once(database, started_of) == [4]


def test_a_call_that_raises_changes_nothing_and_the_others_are_kept(database: Database) -> None:
    def raising(unit: UnitOfWork) -> None:
        started_of(unit)
        raise LookupError

    first, second, raised, last = at_once(database, started_of, started_of, raising, started_of)
    assert [first, second, last] == [1, 2, 3]
    assert isinstance(raised, LookupError)
    assert stored(database) == 3


def test_a_call_that_queries_the_database_sees_those_before_it(database: Database) -> None:
    def ask(unit: UnitOfWork) -> int:
        unit.state.singles.clear()  # as if the VM were not in memory
        return vms.load(unit, VM).started.get("test", 0)

    assert at_once(database, started_of, started_of, ask, started_of) == [1, 2, 2, 3]
    assert stored(database) == 3


def test_a_call_that_writes_by_sql_has_its_own_transaction(database: Database, commits: list[int]) -> None:
    def by_sql(unit: UnitOfWork) -> int:
        count = started_of(unit)
        unit.sql()
        return count

    assert sorted(at_once(database, started_of, started_of, by_sql, started_of)) == [1, 2, 3, 4]
    assert len(commits) == 3
    assert stored(database) == 4


def test_a_committed_call_does_not_run_again_if_a_notification_fails(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_account_ids: object) -> None:
        raise LookupError

    with monkeypatch.context() as broken:
        broken.setattr(database.notifications, "happened", fail)
        outcomes = at_once(database, *[started_of] * 3)
    assert [type(outcome) for outcome in outcomes] == [LookupError] * 3
    assert stored(database) == 3


def test_calls_with_a_lost_connection_are_refused_together_and_none_runs_again(
    postgres: Postgres, database: Database
) -> None:
    name = database.engine.url.database
    runs: list[int] = []

    def counted(unit: UnitOfWork) -> int:
        runs.append(1)
        return started_of(unit)

    def lose(unit: UnitOfWork) -> int:
        count = counted(unit)
        postgres.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        return count

    first, *lost = at_once(database, started_of, counted, lose, counted)
    assert first == 1
    assert len(lost) == 3
    assert all(isinstance(each, OperationalError) for each in lost)
    assert len(runs) == 3
    assert at_once(database, started_of) == [2]


class SlowWork:
    """Work that takes longer than a group may. `begun` has the names of what began, in order."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._now = 0
        self.begun: list[str] = []
        database.real_time = lambda: self._now

    async def run(self, name: str, account_id: int, *, behind_calls: bool = False) -> None:
        def work(_unit: UnitOfWork) -> None:
            self._now += LONGEST_TURN + 1
            self.begun.append(name)

        await self._database.run(account_id, work, behind_calls=behind_calls)


def test_calls_of_busy_accounts_hold_up_one_call_of_another_account_for_a_few_of_theirs(
    database: Database,
) -> None:
    many, more, other = (new_account(database, name) for name in ("many", "more", "other"))
    slow = SlowWork(database)

    async def together() -> None:
        busy = (slow.run(name, account_id) for name, account_id in [("many", many), ("more", more)] * 20)
        await asyncio.gather(*busy, slow.run("other", other))

    asyncio.run(together())
    assert slow.begun.index("other") <= 8
    assert sorted(slow.begun) == ["many"] * 20 + ["more"] * 20 + ["other"]


def test_work_behind_calls_goes_on_beside_them_one_unit_after_each_call(database: Database) -> None:
    account_id = new_account(database, "busy")
    slow = SlowWork(database)

    async def together() -> None:
        pages = (slow.run("page", account_id, behind_calls=True) for _ in range(4))
        await asyncio.gather(
            slow.run("call", account_id), *pages, *(slow.run("call", account_id) for _ in range(9))
        )

    asyncio.run(together())
    assert slow.begun == ["call", *["call", "page"] * 4, *["call"] * 5]


def test_what_waits_for_a_database_that_closes_is_refused_and_nothing_else_begins(database: Database) -> None:
    problems: list[object] = []

    async def close_behind() -> list[int | BaseException]:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, problem: problems.append(problem))
        calls = [asyncio.create_task(database.run(DEMO, started_of)) for _ in range(50)]
        await asyncio.sleep(0)
        database.close()
        return await asyncio.gather(*calls, database.run(DEMO, started_of), return_exceptions=True)

    first, *refused = asyncio.run(close_behind())
    assert first == 1
    assert {type(each) for each in refused} == {CannotWrite}
    assert not problems


def test_what_a_group_had_no_time_for_is_refused_too_if_the_database_closes(database: Database) -> None:
    account_id = new_account(database, "busy")
    slow = SlowWork(database)

    async def close_behind() -> list[BaseException | None]:
        calls = [asyncio.create_task(slow.run("call", account_id)) for _ in range(20)]
        await calls[0]
        database.close()
        return await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 60)

    outcomes = asyncio.run(close_behind())
    assert outcomes.count(None) == len(slow.begun) < 20
    assert {type(each) for each in outcomes} == {type(None), CannotWrite}
