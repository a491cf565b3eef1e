"""A PostgreSQL database that changes under the server is 503 until it is as before."""

import gc
import warnings
from contextlib import suppress

import httpx
import pytest
from psycopg import Cursor
from psycopg.errors import PipelineAborted, UndefinedTable
from sqlalchemy import create_engine, make_url, text

from invapi_emulator.storage.backends.postgresql_connection import PatientConnection, connect_patiently
from tests.support.harness import TOKEN, running
from tests.support.odd_databases import made, order
from tests.support.postgres_server import USER, Postgres
from tests.support.processes import wait_until

CHANGES = {
    "a_table_is_gone": (["ALTER TABLE request RENAME TO gone"], ["ALTER TABLE gone RENAME TO request"]),
    "a_column_is_gone": (
        ["ALTER TABLE account RENAME revision TO gone"],
        ["ALTER TABLE account RENAME gone TO revision"],
    ),
    "a_privilege_is_gone": (
        ["ALTER TABLE account OWNER TO postgres"],
        ["ALTER TABLE account OWNER TO a_privilege_is_gone"],
    ),
    "the_schema_is_gone": (
        ["ALTER ROLE the_schema_is_gone SET search_path = nowhere", "END_SESSIONS"],
        ["ALTER ROLE the_schema_is_gone RESET search_path"],
    ),
    "the_role_may_not_log_in": (
        ["ALTER ROLE the_role_may_not_log_in NOLOGIN", "END_SESSIONS"],
        ["ALTER ROLE the_role_may_not_log_in LOGIN"],
    ),
    "no_connection_is_left": (
        ["ALTER DATABASE no_connection_is_left CONNECTION LIMIT 0", "END_SESSIONS"],
        ["ALTER DATABASE no_connection_is_left CONNECTION LIMIT -1"],
    ),
    "new_sessions_are_read_only": (
        ["ALTER ROLE new_sessions_are_read_only SET default_transaction_read_only = on", "END_SESSIONS"],
        ["ALTER ROLE new_sessions_are_read_only RESET default_transaction_read_only"],
    ),
    "the_database_has_another_name": (
        [
            "ALTER DATABASE the_database_has_another_name ALLOW_CONNECTIONS false",  # none may come back before
            "END_SESSIONS",
            "ALTER DATABASE the_database_has_another_name RENAME TO another",
        ],
        [
            "ALTER DATABASE another ALLOW_CONNECTIONS true",
            "ALTER DATABASE another RENAME TO the_database_has_another_name",
        ],
    ),
}
_END_SESSIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()"
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_database_that_changes_under_the_server_is_503_until_it_is_as_before(
    postgres: Postgres, caplog: pytest.LogCaptureFixture, change: str
) -> None:
    away, back = (
        [each.replace("END_SESSIONS", _END_SESSIONS.format(change)) for each in part]
        for part in CHANGES[change]
    )
    beside = "postgres" if "DATABASE" in away[-1] else change
    show = {"action": "show", "token": TOKEN, "id": 12345}
    with running(db=made(postgres, change)) as server, httpx.Client(base_url=server.url, timeout=60) as http:
        assert http.post("/eq.php", data=show).json()["result"] == "OK"
        order(postgres, beside, away)
        for _ in range(2):
            call, control = http.post("/eq.php", data=show), http.get("/_emulator/accounts/demo/requests")
            assert (call.status_code, control.status_code) == (503, 503)
            assert call.headers["retry-after"] == control.headers["retry-after"] == "1"
        order(postgres, beside, back)
        assert http.post("/eq.php", data=show).json()["result"] == "OK"
        wait_until(lambda: http.get("/_emulator/health").is_success)  # the worker looks again by itself
    assert "Traceback" not in caplog.text


def test_a_database_that_is_read_only_for_a_while_heals_by_itself(postgres: Postgres) -> None:
    """Open sessions are told, too, as they are when a primary becomes a standby."""
    with running(db=made(postgres, "for_a_while")) as server, httpx.Client(base_url=server.url) as http:
        show = {"action": "show", "token": TOKEN, "id": 12345}
        set_for_all = "ALTER SYSTEM {} default_transaction_read_only", "SELECT pg_reload_conf()"
        order(postgres, "postgres", [set_for_all[0].format("SET") + " = on", set_for_all[1]])
        try:
            while (call := http.post("/eq.php", data=show)).status_code != 503:
                pass
            assert "cannot write to its database" in call.json()["message"]
            assert http.get("/_emulator/health").json()["status"] == "cannot write"
        finally:
            off = "SET default_transaction_read_only = off"
            order(postgres, "postgres", [off, set_for_all[0].format("RESET"), set_for_all[1]])
        while http.post("/eq.php", data=show).status_code != 200:
            pass
        assert http.get("/_emulator/health").status_code == 200


def test_a_connection_that_was_lent_when_the_pool_was_given_up_is_closed_with_it(postgres: Postgres) -> None:
    url = make_url(made(postgres, "given_up")).set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    connect_patiently(engine, 5)
    with engine.connect() as lent:
        engine.dispose()
        lent.execute(text("SELECT 1"))
    del lent
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gc.collect()
    engine.dispose()


def test_statements_that_postgresql_skips_behind_a_failed_one_are_not_logged(
    postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    """In a pipeline they are sent before the failure is known, as those of a call while a table is renamed."""
    with PatientConnection.connect(host=str(postgres.folder), user=USER, dbname="postgres") as connection:
        with pytest.raises(UndefinedTable), connection.pipeline():
            _fail_and_send_more(connection)
        connection.rollback()
        with connection.pipeline():
            answer = connection.execute("SELECT 1")
        assert answer.fetchall() == [(1,)]
    assert caplog.records == []


def test_statements_that_postgresql_skips_are_no_success_where_the_failure_is_ignored(
    postgres: Postgres,
) -> None:
    with (
        PatientConnection.connect(host=str(postgres.folder), user=USER, dbname="postgres") as connection,
        pytest.raises(PipelineAborted),
        connection.pipeline(),
        suppress(UndefinedTable),
    ):
        _fail_and_send_more(connection)


def _fail_and_send_more(connection: PatientConnection) -> None:
    failing: Cursor[tuple[object, ...]] = connection.execute("SELECT 1 FROM gone")
    try:
        failing.fetchall()
    finally:
        connection.execute("SELECT 2")
