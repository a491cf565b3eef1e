"""A commit whose outcome nobody can know is told of as that, and is never made twice."""

from pathlib import Path

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from invapi_emulator.storage.backends.sqlite_connection import SqliteConnection
from invapi_emulator.storage.errors import OutcomeUnknown
from tests.support.harness import TOKEN, Emulator, running


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
