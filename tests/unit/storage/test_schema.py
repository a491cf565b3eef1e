"""The schema: made at once and migrated, it is the same; `migrate` brings it up to date by hand."""

import itertools
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from alembic.script import ScriptDirectory
from packaging.version import Version
from sqlalchemy import Engine, create_engine, text

from invapi_emulator import __version__
from invapi_emulator.cli.main import main
from invapi_emulator.errors import CannotStart
from invapi_emulator.storage.database import Database, open_database
from invapi_emulator.storage.schema import alembic_config, prepare_schema
from invapi_emulator.storage.versions import HEAD, PROGRAMS, known_versions
from tests.support.both_ways import assert_migrated_is_as_made
from tests.support.harness import Emulator, Json, running
from tests.support.processes import ROOT

OLD_WORLDS = Path(__file__).parent / "worlds"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(str(tmp_path / "worlds.db"), lambda: 0)
    yield database
    database.close()


@pytest.mark.no_cover
@pytest.mark.parametrize("version", known_versions())
def test_a_migrated_database_is_as_one_made_at_once_and_holds_what_it_held(version: str) -> None:
    with ExitStack() as engines:

        def new_engine() -> Engine:
            engine = create_engine("sqlite://")
            engines.callback(engine.dispose)
            return engine

        assert_migrated_is_as_made(new_engine, version)


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    """Return a file that the emulator wrote on 2026-11-25, by then at schema 0002, with two worlds in use."""
    file = tmp_path / "old.db"
    with sqlite3.connect(file) as old:
        file.chmod(0o600)
        old.executescript((OLD_WORLDS / "0002.sql").read_text(encoding="utf-8"))
    old.close()
    return file


def with_numbered_tags(state: Json) -> Json:
    """Return an export of that time with its tags as they are exported now."""
    numbers = itertools.count(1)
    for vm in state["vms"]:
        vm["tags"] = {name: {"id": next(numbers), "value": value} for name, value in vm["tags"].items()}
        vm["tags"]["hostname"] = {"id": next(numbers), "value": vm["hostname"], "internal": 1}
    return state | {"counters": state["counters"] | {"objects": next(numbers) - 1}}


def test_an_export_of_an_older_version_can_be_imported(emulator: Emulator) -> None:
    state = json.loads((OLD_WORLDS / "0002.json").read_text(encoding="utf-8"))
    assert emulator.control("PUT", "/state", state)["keys"] == {}
    vms = with_numbered_tags(state)["vms"]
    assert [vm["tags"] for vm in emulator.control("GET", "/state")["vms"]] == [vm["tags"] for vm in vms]


def test_worlds_of_an_older_version_go_on_where_they_were(old_file: Path) -> None:
    state = json.loads((OLD_WORLDS / "0002.json").read_text(encoding="utf-8"))
    with running(db=str(old_file)) as server, httpx.Client(base_url=server.url, timeout=60) as http:
        emulator = Emulator(server, http)
        assert emulator.control("GET", "/state") == with_numbered_tags(state) | {
            "profile": "realistic",
            "assume": {},
            "credit": "150.50",
            "currency": "EUR",
            "prepaid": False,
            "invoices": [],
        }
        under_way = emulator.vm(12348)["locked_by"]
        assert emulator.check(under_way)["result"] == "Not ready"
        assert {line["request_id"] for line in emulator.control("GET", "/requests")["requests"][:-1]} == {
            None
        }
        emulator.advance(until="idle")
        assert emulator.check(under_way)["result"] == "OK"
        assert emulator.listed(12348)[-1] == "under-way"
        assert emulator.eq("reboot", 12347)["reason"] == "fault"
        names = [account["name"] for account in http.get("/_emulator/accounts").json()["accounts"]]
        assert names == ["demo", "second"]


def test_a_newer_database_is_refused_with_the_version_that_used_it() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as tx:
        prepare_schema(tx)
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        tx.execute(text("INSERT INTO server VALUES (1, 0, '7.8.9')"))
        with pytest.raises(CannotStart, match=r"written by invapi-emulator 7\.8\.9 .schema 9999; this is "):
            prepare_schema(tx)
    engine.dispose()


def test_each_schema_has_the_version_of_the_program_that_writes_it() -> None:
    assert list(PROGRAMS) == known_versions()
    assert HEAD in PROGRAMS
    assert Version(PROGRAMS[HEAD]) <= Version(__version__)
    page = (ROOT / "docs/how-to/operating.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\d{4} to \d{4}) \| (\S+) \|$", page, re.MULTILINE))
    assert rows == {
        f"{min(schemas)} to {max(schemas)}": program
        for program in PROGRAMS.values()
        if (schemas := [schema for schema, its in PROGRAMS.items() if its == program])
    }


Migrate = Callable[..., tuple[object, str, str]]
"""The subcommand with its words: its exit status, its stdout and its stderr."""


@pytest.fixture
def migrate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Migrate:
    def run(*words: str) -> tuple[object, str, str]:
        monkeypatch.setattr("sys.argv", ["invapi-emulator", "migrate", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, *capsys.readouterr()

    return run


@pytest.mark.acceptance
def test_migrate_is_a_subcommand_of_the_command(old_file: Path) -> None:
    command = [sys.executable, "-m", "invapi_emulator", "migrate", "--db", str(old_file)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0
    assert (ended.stdout, ended.stderr) == (f"'{old_file}': migrated from schema 0002 to {HEAD}\n", "")
    ended = subprocess.run(command[:-2], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("invapi-emulator: --db: required: ")


def test_migrate_does_it_by_hand_and_says_what_it_did(
    migrate: Migrate, old_file: Path, tmp_path: Path
) -> None:
    assert migrate("--db", str(old_file)) == (0, f"'{old_file}': migrated from schema 0002 to {HEAD}\n", "")
    assert migrate("--db", str(old_file)) == (0, f"'{old_file}': schema {HEAD} is already the newest\n", "")
    new = tmp_path / "new.db"
    assert migrate("--db", str(new)) == (0, f"'{new}': created with schema {HEAD}\n", "")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "--db: required: the file or URL"),
        (("--db", "no/such/folder/worlds.db"), "there is no directory"),
        (("--db", __file__), "file is not a database"),
    ],
)
def test_migrate_refuses_in_one_line_what_it_cannot_do(
    migrate: Migrate, words: tuple[str, ...], says: str
) -> None:
    status, out, errors = migrate(*words)
    assert (status, out) == (2, "")
    (line,) = errors.splitlines()
    assert says in line


def prepare(database: Database) -> None:
    with database.transaction() as tx:
        prepare_schema(tx.connection)


def test_a_new_database_is_stamped_with_the_newest_migration(database: Database) -> None:
    prepare(database)
    with database.read() as tx:
        assert tx.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == HEAD
        assert ScriptDirectory.from_config(alembic_config(tx.connection)).get_current_head() == HEAD
    assert known_versions()[-1] == HEAD


def test_preparing_twice_changes_nothing(database: Database) -> None:
    prepare(database)
    prepare(database)


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("no/such/folder/worlds.db", "there is no directory"),
        ("mysql://localhost/worlds", "database 'mysql' is not supported"),
        ("sqlite:///no/such/folder/worlds.db", "there is no directory"),
        ("postgresql://127.0.0.1:1/worlds", "connection"),
        ("://", "invalid database URL"),
        ("postgresql://me@127.0.0.1:abc/worlds", "invalid database URL"),
        ("postgresql://me:a@b@127.0.0.1:1/worlds", "write @ as %40"),
        (".", "Is a directory"),
        ("postgresql:me:pw@localhost/worlds", "'postgresql:[*]{3}' is not a file name: expected a path"),
        ("mysql:worlds", "is not a file name"),
        ("file:worlds.db?mode=ro", "is not a file name"),
        ("sqlite:worlds.db", "is not a file name"),
        ("sqlite+aiosqlite:worlds.db", "is not a file name"),
        ("me:pw@localhost/worlds", "'[*]{3}' looks like a database URL without its scheme"),
        ("sqlite:///worlds.db?mode=ro&uri=true", "a SQLite file takes no options"),
        ("host=localhost dbname=worlds", "'host=[*]{3}' is not a file name"),
    ],
)
def test_a_database_that_cannot_be_used_is_refused_in_one_line(where: str, says: str) -> None:
    with pytest.raises(CannotStart, match=says) as refused:
        open_database(where, lambda: 0)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("--db: ")


@pytest.mark.parametrize(
    "where",
    [
        "postgresql://me:hunter2@127.0.0.1:1/worlds",
        "postgresql://me:x@hunter2@127.0.0.1:1/worlds",
        "postgresql://me:x@hunter2@127.0.0.1:abc/worlds",
        "postgresql://127.0.0.1:1/worlds?user=me&password=hunter2",
        "postgresql://127.0.0.1:abc/worlds?password=hunter2&user=me",
        "postgresql:me:hunter2@://x",
        "me:hunter2@127.0.0.1/worlds",
        ":hunter2@127.0.0.1",
        "me:a/hunter2@127.0.0.1:5432/worlds",
        "sqlite:///worlds.db?password=hunter2",
        "postgresql:me:hunter2@127.0.0.1/worlds",
        "Postgres:hunter2",
        "host=127.0.0.1 user=me password=hunter2",
        "password = hunter2",
        "postgresql://me:hunter2/worlds",
        "postgresql://me:a?hunter2@127.0.0.1:abc/worlds",
        "postgresql://127.0.0.1:abc/worlds?p%61ssword=hunter2",
        "postgresql://127.0.0.1:1/worlds?sslpassword=hunter2",
        "postgresql://127.0.0.1:1/worlds?sslkey=/me.key&sslpassword=hunter2&sslmode=require",
        "postgresql://127.0.0.1:1/worlds?sslpasword=hunter2",
        "postgresql://127.0.0.1:1/worlds?PASSWORD=hunter2",
        "postgresql://127.0.0.1:1/worlds?passwd=hunter2&passwd=hunter2",
        "postgresql://127.0.0.1:1/worlds?passfile=/home/me/hunter2",
        "postgresql://127.0.0.1:1/worlds?oauth_client_secret=hunter2",
        "postgresql://127.0.0.1:1/worlds?options=-c%20my.password%3Dhunter2",
        "postgresql://127.0.0.1:1/worlds?keepalives_idle=hunter2",
        "postgresql://127.0.0.1:1/host=x password=hunter2",
        "postgresql://me:hunter2@127.0.0.1/worlds?port=abc",
    ],
)
def test_a_password_in_a_url_is_not_shown(where: str) -> None:
    with pytest.raises(CannotStart) as refused:
        open_database(where, lambda: 0)
    assert "hunter2" not in str(refused.value)


def test_a_file_name_may_have_a_colon(tmp_path: Path) -> None:
    open_database(str(tmp_path / "postgresql:b.db"), lambda: 0).close()


def test_what_is_no_secret_in_a_url_is_shown() -> None:
    with pytest.raises(CannotStart) as refused:
        open_database("postgresql://me:hunter2@127.0.0.1:1/worlds?sslmode=disable&sslkey=/me.key", lambda: 0)
    shown = "'postgresql+psycopg://me:***@127.0.0.1:1/worlds?sslkey=***&sslmode=disable'"
    assert f"--db: cannot use {shown}: " in str(refused.value)


@pytest.mark.parametrize("name", ["me@home.db", "10:30.db", "./me:pw@home.db"])
def test_a_file_may_have_an_odd_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    open_database(name, lambda: 0).close()
    assert (tmp_path / name).exists()
