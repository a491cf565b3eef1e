"""PostgreSQL databases that are set oddly: right answers, or one line that says why not."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx
import pytest
from sqlalchemy import text

from invapi_emulator.clock import real_time
from invapi_emulator.errors import CannotStart
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.startup import open_worlds
from invapi_emulator.storage.database import Database
from tests.support.harness import Emulator, running
from tests.support.odd_databases import made, order
from tests.support.postgres_server import USER, Postgres

ODD_TEXT = "日本é😀\\n"

ROLE_SETTINGS = (
    "default_transaction_isolation=serializable", "default_transaction_deferrable=on", "statement_timeout=1",
    "lock_timeout=1", "idle_in_transaction_session_timeout=1", "idle_session_timeout=100", "transaction_timeout=1",
    "timezone=Pacific/Kiritimati", "datestyle=SQL, DMY", "intervalstyle=sql_standard", "bytea_output=escape",
    "client_encoding=latin1", "standard_conforming_strings=off", "extra_float_digits=-15", "row_security=off",
    "transform_null_equals=on", "array_nulls=off", "quote_all_identifiers=on",
)  # fmt: skip


def refusal(db: str) -> str:
    with pytest.raises(CannotStart) as refused:
        open_worlds(read_settings({"db": db}), real_time()).close()
    (line,) = str(refused.value).splitlines()
    return line


def assert_answers_are_right(db: str) -> None:
    with running(db=db) as server, httpx.Client(base_url=server.url, timeout=60) as http:
        emulator = Emulator(server, http)
        key = emulator.start("vm", "create_snapshot", name="a")
        emulator.advance(until=key)
        assert emulator.check(key)["result"] == "OK"
        clock = "/_emulator/accounts/demo/clock"
        rate = 1.2345678901234567
        http.put(clock, json={"mode": "real", "rate": rate}).raise_for_status()
        made = http.post("/_emulator/accounts", json={"name": "other", "user": ODD_TEXT, "password": "a"})
        assert made.status_code == 201, made.text
    with running(db=db) as server, httpx.Client(base_url=server.url, timeout=60) as http:
        assert answered(http, clock)["rate"] == rate
        assert answered(http, "/_emulator/accounts/other")["user"] == ODD_TEXT


def answered(http: httpx.Client, path: str) -> dict[str, object]:
    """Return the object that a path of the control API answers."""
    answer = http.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_what_is_set_for_a_role_changes_no_answer(postgres: Postgres) -> None:
    known = {name.lower() for (name,) in postgres.ask("SELECT name FROM pg_settings")}
    pairs = [setting.partition("=")[::2] for setting in ROLE_SETTINGS]
    settings = [(name, value) for name, value in pairs if name in known]  # older versions have fewer
    assert len(settings) >= len(pairs) - 1
    orders = [f"ALTER ROLE set_oddly SET {name} = '{value}'" for name, value in settings]
    assert_answers_are_right(made(postgres, "set_oddly", *orders))


def test_timeouts_too_short_for_the_settings_of_a_session_change_no_answer(postgres: Postgres) -> None:
    db = made(postgres, "too_short", *slow_settings("too_short"))
    assert_answers_are_right(db)
    with opened(f"{db}&options=-c%20work_mem%3D1MB") as database, database.read() as tx:
        assert tx.connection.scalar(text("SHOW work_mem")) == "1MB"


def slow_settings(role: str) -> list[str]:
    """Return orders after which a setting takes a role longer than the role's timeout allows."""
    its_own = "CREATE FUNCTION slow.set_config(name text, value text, is_local boolean) RETURNS text LANGUAGE sql AS"
    return [
        "CREATE SCHEMA slow",
        f"{its_own} $$ SELECT pg_sleep(0.01); SELECT pg_catalog.set_config(name, value, is_local) $$",
        f"GRANT USAGE ON SCHEMA slow TO {role}",
        f"ALTER ROLE {role} SET search_path = public, slow, pg_catalog",
        f"ALTER ROLE {role} SET statement_timeout = 1",
    ]


def test_a_session_that_was_ended_between_two_transactions_is_replaced_before_the_next(
    postgres: Postgres,
) -> None:
    end_and_wait = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = 'ended'"
    with opened(made(postgres, "ended")) as database:
        order(postgres, "postgres", [end_and_wait])
        with database.transaction() as tx:
            assert tx.connection.scalar(text("SELECT 1")) == 1


@contextmanager
def opened(db: str) -> Iterator[Database]:
    with closing(open_worlds(read_settings({"db": db}), real_time())) as database:
        yield database


def test_quotes_in_the_names_of_role_and_database_are_no_problem(postgres: Postgres) -> None:
    assert_answers_are_right(made(postgres, 'o\'dd "name"'))


def test_a_database_that_keeps_bytes_as_they_are_is_taken(postgres: Postgres) -> None:
    assert_answers_are_right(encoded(postgres, "SQL_ASCII"))


@pytest.mark.parametrize("encoding", ["LATIN1", "EUC_JP"])
def test_a_database_that_cannot_hold_every_text_is_refused(postgres: Postgres, encoding: str) -> None:
    line = refusal(encoded(postgres, encoding))
    assert f"has the encoding {encoding}, which cannot hold every text" in line


def encoded(postgres: Postgres, encoding: str) -> str:
    name = f"encoded_{encoding.lower()}"
    with postgres.connected() as connection:
        how = f"ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
        connection.execute(f"CREATE DATABASE {name} {how}".encode())
    return f"postgresql://{USER}@/{name}?host={postgres.folder}"


UNUSABLE = {
    "may_not_create": (["ALTER SCHEMA public OWNER TO postgres"], "permission denied for schema public"),
    "without_usage": (
        ["ALTER SCHEMA public OWNER TO postgres", "REVOKE ALL ON SCHEMA public FROM public"],
        "has no schema that the role 'without_usage' may use",
    ),
    "without_schema": (
        ["ALTER ROLE without_schema SET search_path = nowhere"],
        "its search_path, 'nowhere', has no schema that the role 'without_schema' may use",
    ),
    "without_lasting_schema": (
        ["ALTER ROLE without_lasting_schema SET search_path = pg_temp, public"],
        "its search_path, 'pg_temp, public', begins with a schema of temporary tables",
    ),
    "may_not_read": (
        ["CREATE TABLE alembic_version (version_num text)"]
        + [f"CREATE TABLE {name} (id int)" for name in ("server", "account", "vm", "snapshot", "task")],
        "permission denied for table alembic_version",
    ),
    "read_only": (
        ["ALTER ROLE read_only SET default_transaction_read_only = on"],
        "is read-only: default_transaction_read_only is on",
    ),
    "full": (['ALTER DATABASE "full" CONNECTION LIMIT 0'], 'too many connections for database "full"'),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_database_that_cannot_be_used_is_refused_in_one_line(postgres: Postgres, name: str) -> None:
    orders, reason = UNUSABLE[name]
    line = refusal(made(postgres, name, *orders))
    assert line.startswith("--db: ")
    assert reason in line


def test_an_expired_password_is_refused_in_one_line_until_it_is_valid_again(postgres: Postgres) -> None:
    valid = "ALTER ROLE expired PASSWORD 'long-enough' VALID UNTIL '{}'"
    db = made(postgres, "expired", valid.format("2020-01-01"))
    db = db.replace("expired@", "expired:long-enough@")
    with asking_for_a_password(postgres, "expired"):
        line = refusal(db)
        assert 'password authentication failed for user "expired"' in line
        assert "long-enough" not in line
        order(postgres, "postgres", [valid.format("infinity")])
        with opened(db) as database, database.read() as tx:
            assert tx.connection.scalar(text("SELECT 1")) == 1


@contextmanager
def asking_for_a_password(postgres: Postgres, role: str) -> Iterator[None]:
    rules = postgres.folder / "data" / "pg_hba.conf"
    before = rules.read_text(encoding="utf-8")

    def put(text: str) -> None:
        rules.write_text(text, encoding="utf-8")
        order(postgres, "postgres", ["SELECT pg_reload_conf()"])

    put(f"local all {role} scram-sha-256\n{before}")
    try:
        yield
    finally:
        put(before)


def test_a_timeout_in_the_url_goes_over_ours(postgres: Postgres) -> None:
    db = made(postgres, "timeout_in_url")
    with opened(f"{db}&connect_timeout=7&keepalives_idle=3") as database, database.read() as tx:
        given = tx.connection.connection.driver_connection.info.get_parameters()  # type: ignore[union-attr]
        assert (given["connect_timeout"], given["keepalives_idle"]) == ("7", "3")


def pooled(postgres: Postgres, name: str, session: str) -> str:
    """Return the URL of a database whose sessions say to be others, as behind a pooler."""
    its_own = "CREATE FUNCTION pooler.pg_backend_pid() RETURNS bigint LANGUAGE sql AS"
    orders = ["CREATE SCHEMA pooler", "CREATE SEQUENCE pooler.sessions", f"{its_own} $$ SELECT {session} $$"]
    allowed = [f"GRANT ALL ON SCHEMA pooler TO {name}", f"GRANT ALL ON SEQUENCE pooler.sessions TO {name}"]
    return made(postgres, name, *orders, *allowed) + "&options=-c%20search_path%3Dpublic,pooler,pg_catalog"


def test_a_pooler_that_hands_out_transactions_is_refused(postgres: Postgres) -> None:
    line = refusal(pooled(postgres, "by_transaction", "nextval('pooler.sessions')"))
    assert "behind a pooler that gives each transaction another session" in line


def test_a_pooler_that_hands_out_sessions_is_taken(postgres: Postgres) -> None:
    assert_answers_are_right(pooled(postgres, "by_session", "7::bigint"))
