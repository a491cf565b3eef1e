"""A commit whose outcome nobody can know is told of as that, and is never made twice."""

from pathlib import Path

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from invapi_emulator.storage import state_check
from invapi_emulator.storage.backends.sqlite_connection import SqliteConnection
from invapi_emulator.storage.errors import OutcomeUnknown
from tests.support.harness import TOKEN, Emulator, running
from tests.support.postgres_server import USER, Postgres
from tests.unit.storage.postgres_proxy import error, proxied

ENDED = error("FATAL", "57P01", "terminating connection due to administrator command")
NOT_A_MESSAGE = b"\1" * 20


def test_a_call_that_may_have_been_kept_is_503_without_an_invitation_to_repeat_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = SqliteConnection.commit

    def kept_perhaps(self: SqliteConnection) -> None:
        commit(self)
        monkeypatch.undo()
        raise OutcomeUnknown("", None, OperationalError("", None, Exception("gone")), hide_parameters=True)

    with running(db=str(tmp_path / "worlds.db")) as server, httpx.Client(base_url=server.url) as http:
        emulator = Emulator(server, http)
        monkeypatch.setattr(SqliteConnection, "commit", kept_perhaps)
        form = {"action": "create_snapshot", "token": TOKEN, "id": 12345, "name": "once"}
        answer = http.post("/vm.php", data=form)
        assert (answer.status_code, answer.headers["x-emulator-reason"]) == (503, "unavailable")
        assert "retry-after" not in answer.headers
        assert "cannot know whether this was carried out" in answer.json()["message"]
        emulator.advance(until="idle")
        assert emulator.listed(12345).count("once") == 1


@pytest.mark.parametrize(
    "behind", [ENDED, ENDED + ENDED, NOT_A_MESSAGE, b""], ids=["ended", "twice", "not a message", "closed"]
)
def test_whatever_is_lost_behind_a_commit_is_503_without_an_invitation_to_repeat_it(
    monkeypatch: pytest.MonkeyPatch, postgres: Postgres, behind: bytes
) -> None:
    monkeypatch.setattr(state_check, "ENABLED", False)  # COMMIT would not be sent with the other statements
    name = f"behind_commit_{len(behind)}"
    postgres.url(name)  # this creates the database
    with (
        proxied(str(postgres.folder / ".s.PGSQL.5432")) as proxy,
        running(db=f"postgresql://{USER}@127.0.0.1:{proxy.port}/{name}?sslmode=disable") as server,
        httpx.Client(base_url=server.url) as http,
    ):
        emulator = Emulator(server, http)
        emulator.listed(12345)
        proxy.behind_commit = behind
        form = {"action": "create_snapshot", "token": TOKEN, "id": 12345, "name": "once"}
        answer = http.post("/vm.php", data=form)
        assert proxy.behind_commit is None
        assert (answer.status_code, answer.headers["x-emulator-reason"]) == (503, "unavailable")
        assert "retry-after" not in answer.headers, answer.text
        assert "cannot know whether this was carried out" in answer.json()["message"]
        emulator.advance(until="idle")
        assert emulator.listed(12345).count("once") == 1
