"""The session of a browser that gave the admin token: random, in the store as a hash, and soon over."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from invapi_emulator.control import events
from invapi_emulator.storage import admin_sessions
from tests.support.fake_clock import POSTGRESQL, FakeClock, opened
from tests.support.harness import running
from tests.support.postgres_server import Postgres

TOKEN = "open sesame"
BROWSER = {"Accept": "text/html"}
HOURS = 3600


@pytest.fixture
def url(time: FakeClock) -> Iterator[str]:
    with running(time, admin_token=TOKEN) as server:
        yield server.url


def log_in(url: str, cookie: str = "") -> str:
    """Give the admin token in the form. Return the cookie: its name, `=` and its value."""
    headers = {"Cookie": cookie} if cookie else {}
    entered = httpx.post(f"{url}/_emulator/ui/login", data={"token": TOKEN}, headers=headers, timeout=60)
    assert entered.status_code == 303
    return entered.headers["set-cookie"].partition(";")[0]


def is_let_in(url: str, cookie: str) -> bool:
    asked = httpx.get(url, headers=BROWSER | {"Cookie": cookie}, timeout=60)
    assert asked.status_code in {200, 303}
    return asked.status_code == 200


def renamed(cookie: str, url: str) -> str:
    """Return the cookie under the name that a server on another port gives it."""
    return f"invapi_emulator_{httpx.URL(url).port}={cookie.partition('=')[2]}"


def test_two_logins_have_two_sessions_and_a_logout_ends_one_of_them(url: str) -> None:
    first, second = log_in(url), log_in(url)
    assert first != second
    httpx.post(f"{url}/_emulator/ui/logout", headers={"Cookie": first})
    assert not is_let_in(url, first)
    assert is_let_in(url, second)


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(url: str, time: FakeClock) -> None:
    cookie = log_in(url)
    time.go_on(12 * HOURS - 1)
    assert is_let_in(url, cookie)
    time.go_on(1)
    assert not is_let_in(url, cookie)


def test_a_login_takes_over_no_session_and_ends_the_one_that_the_browser_had(url: str) -> None:
    former = log_in(url)
    entered = log_in(url, former)
    assert entered != former
    assert not is_let_in(url, former)
    invented = former.partition("=")[0] + "=" + "x" * 43
    assert log_in(url, invented) != invented
    assert not is_let_in(url, invented)


def test_a_restart_ends_sessions_unless_other_servers_may_have_begun_them(
    lasting: str, time: FakeClock
) -> None:
    with running(time, db=lasting, admin_token=TOKEN) as server:
        cookie = log_in(server.url)
    with running(time, db=lasting, admin_token=TOKEN) as server:
        assert is_let_in(server.url, renamed(cookie, server.url)) == bool(POSTGRESQL)


def test_servers_on_one_postgresql_share_sessions_as_long_as_they_have_one_token(postgres: Postgres) -> None:
    shared = postgres.url("shared_sessions")
    with (
        running(db=shared, admin_token=TOKEN) as one,
        running(db=shared, admin_token=TOKEN) as two,
        running(db=shared, admin_token="another") as other,
    ):
        cookie = log_in(one.url)
        assert is_let_in(two.url, renamed(cookie, two.url))
        assert not is_let_in(other.url, renamed(cookie, other.url))
        httpx.post(f"{two.url}/_emulator/ui/logout", headers={"Cookie": renamed(cookie, two.url)})
        assert not is_let_in(one.url, cookie)


def test_the_store_holds_neither_cookie_nor_token(tmp_path: Path) -> None:
    file = tmp_path / "worlds.db"
    with running(db=str(file), admin_token=TOKEN) as server:
        secret = log_in(server.url).partition("=")[2]
        with sqlite3.connect(file) as reader:
            ((hash_,),) = reader.execute("SELECT hash FROM admin_session").fetchall()
        reader.close()
        assert not is_let_in(server.url, renamed(f"={hash_}", server.url))
        kept = b"".join(part.read_bytes() for part in tmp_path.iterdir() if part.suffix != ".db-shm")
    assert hash_.encode() in kept
    assert secret.encode() not in kept
    assert TOKEN.encode() not in kept


def test_of_too_many_sessions_the_oldest_ends_and_expired_ones_are_removed(time: FakeClock) -> None:
    most = admin_sessions.MAX_SESSIONS
    with opened(time) as database, database.transaction() as tx:
        for number in range(most + 1):
            admin_sessions.add(tx, f"{number}", expires_at=number + 10, now=0)
        assert [admin_sessions.is_valid(tx, hash_, now=0) for hash_ in ("0", "1", f"{most}")] == [
            False,
            True,
            True,
        ]
        admin_sessions.add(tx, "new", expires_at=2 * most, now=most)
        assert [admin_sessions.is_valid(tx, hash_, now=0) for hash_ in ("1", f"{most - 10}")] == [
            False,
            False,
        ]
        assert admin_sessions.is_valid(tx, f"{most}", now=0)


@pytest.mark.parametrize(("host", "name"), [("localhost:8651", "8651"), ("localhost", "80"), ("[::1]", "80")])
def test_the_cookie_is_named_by_the_port(url: str, host: str, name: str) -> None:
    entered = httpx.post(f"{url}/_emulator/ui/login", data={"token": TOKEN}, headers={"Host": host})
    assert entered.headers["set-cookie"].startswith(f"invapi_emulator_{name}=")


def test_a_session_that_cannot_be_looked_up_is_503(tmp_path: Path) -> None:
    file = tmp_path / "worlds.db"
    with running(db=str(file), admin_token=TOKEN) as server:
        cookie = log_in(server.url)
        thief = sqlite3.connect(file, isolation_level=None)
        thief.execute("ALTER TABLE admin_session RENAME TO gone")
        for asked in (
            httpx.get(server.url, headers=BROWSER | {"Cookie": cookie}),
            httpx.post(f"{server.url}/_emulator/ui/login", data={"token": TOKEN}),
            httpx.post(f"{server.url}/_emulator/ui/logout", headers={"Authorization": f"Bearer {TOKEN}"}),
        ):
            assert (asked.status_code, asked.json()["error"]["reason"]) == (503, "unavailable")
        authorized = httpx.get(
            f"{server.url}/_emulator/accounts", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        assert authorized.status_code == 200
        thief.execute("ALTER TABLE gone RENAME TO admin_session")
        thief.close()
        assert is_let_in(server.url, cookie)


def test_a_stream_of_a_session_ends_soon_so_that_a_browser_must_show_its_cookie_again(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "LOOKS_AGAIN_SECONDS", 0)
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0)
    stream, cookie = f"{url}/_emulator/accounts/demo/events", {"Cookie": log_in(url)}
    with httpx.stream("GET", stream, headers=cookie, timeout=60) as told:
        assert told.read().startswith(b"retry: 1000\n")
    httpx.post(f"{url}/_emulator/ui/logout", headers=cookie)
    assert httpx.get(stream, headers=cookie, timeout=60).status_code == 401


def test_a_stream_of_the_token_goes_on(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "LOOKS_AGAIN_SECONDS", 0)
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0)
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.stream("GET", f"{url}/_emulator/accounts/demo/events", headers=bearer, timeout=60) as told:
        lines = told.iter_lines()
        assert next(lines) == "retry: 1000"
        assert [next(lines) for _ in range(100)].count(": nothing new") >= 40


def test_a_valid_cookie_is_enough_beside_another_token(url: str) -> None:
    headers = {"Authorization": "Bearer of a proxy", "Cookie": log_in(url)}
    assert httpx.get(f"{url}/_emulator/accounts", headers=headers).status_code == 200
    del headers["Cookie"]
    assert httpx.get(f"{url}/_emulator/accounts", headers=headers).status_code == 401
