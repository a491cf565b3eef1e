"""A test may show the traffic of all connections of `http.client`: the emulator's own are not among them."""

from http.client import HTTPConnection

import pytest

from invapi_emulator.engine.callbacks.sending import Sender
from invapi_emulator.storage.callbacks import Callback, Outcome
from invapi_emulator.testing import Emulator
from tests.support.harness import Running
from tests.support.receiver import receiving


@pytest.fixture(autouse=True)
def shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HTTPConnection, "debuglevel", 1)


def test_calls_and_requests_are_made_and_not_shown(
    server: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    with Emulator(url=server.url) as emulator, emulator.account(scenario="one-vm") as account:
        assert account.call("vm", "load_stats", id=12345)["result"] == "OK"
        assert account.verify(action="load_stats", count=1) == 1
    assert capsys.readouterr() == ("", "")


def test_callbacks_are_sent_and_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    sender = Sender((), lambda: (), lambda: 0.0)
    with receiving() as receiver:
        callback = Callback(1, 1, 12345, 7, receiver.url("/", host="me:secret@127.0.0.1"), "deploy_done", 1)
        assert sender.send(callback) == Outcome(200)
        assert receiver.next().form["id"] == "12345"
    assert capsys.readouterr() == ("", "")
