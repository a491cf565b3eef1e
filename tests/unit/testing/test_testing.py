"""`invapi_emulator.testing`: an emulator in this process or elsewhere, and accounts on it."""

import errno
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest

from invapi_emulator.errors import CannotStart
from invapi_emulator.settings import Settings
from invapi_emulator.testing import Account, ControlFailure, Emulator
from invapi_emulator.testing.handed import handed
from tests.support.harness import Running


@pytest.fixture
def account(server: Running) -> Iterator[Account]:
    with Emulator(url=f"{server.url}/") as emulator, emulator.account(scenario="one-vm", seed=3) as account:
        yield account


def create(account: Account, name: str = "a") -> str:
    key: str = account.call("vm", "create_snapshot", id=account.vms[0], name=name)["callback"]
    return key


def test_an_emulator_starts_in_this_process_and_stops() -> None:
    with Emulator(clock="auto", seed=1) as emulator, emulator.account(clock=None) as account:
        assert account.clock["mode"] == "auto"
        create(account)
        url = account.url
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/_emulator/health")


def test_two_emulators_in_one_process_are_separate(server: Running) -> None:
    with Emulator() as one, Emulator() as other:
        assert len({one.url, other.url, server.url}) == 3
        one.account(name="mine", clock="frozen")
        other.account(name="mine", clock="frozen")


def test_an_account_is_all_that_a_test_needs(account: Account) -> None:
    assert account.vms == [12345]
    assert account.seed == 3
    key = create(account)
    assert account.vm(12345)["locked_by"] == key
    kinds = [event["kind"] for event in account.advance(90)["events"]]
    assert kinds == ["task_stage", "task_stage", "snapshot_made", "task_ended"]
    assert [task["state"] for task in account.tasks] == ["done"]
    create(account, "b")
    account.advance_until_idle()
    assert len(account.vm(12345)["snapshots"]) == 2
    assert [line["fields"]["name"] for line in account.requests(action="create_snapshot")] == ["a", "b"]
    assert account.set_clock(mode="real", rate=3)["rate"] == 3
    account.reset(scenario="demo")
    assert len(account.vms) == 4


def test_an_account_makes_calls_and_reads_the_reason_of_a_refusal(account: Account) -> None:
    key = create(account)
    assert account.check(key) == {"result": "Not ready", "key": key}
    assert account.call("vm", "load_stats", id=1)["reason"] == "vm_not_found"
    assert account.call("eq", "list", token="another")["reason"] == "invalid_token"
    names = {"enable_rotation": 1, "exclude_rotation[]": ["a", "b"]}
    settings = account.call("vm", "update_restore_settings", id=12345, **names)["settings"]
    assert settings == {"num_max": 4, "enable_rotation": 1, "exclude_rotation": ["a", "b"]}


def test_a_world_is_exported_and_imported(account: Account) -> None:
    key, state = create(account), account.export()
    assert account.import_({"seed": 9, "vms": [{"id": 5}]})["keys"] == {}
    assert (account.vms, account.seed) == ([5], 9)
    account.import_(state)
    assert (account.vms, account.seed, account.export()) == ([12345], 3, state)
    assert account.vm(12345)["locked_by"] == key
    with pytest.raises(ControlFailure, match=r"422 invalid: vms\.0\.id: 0: "):
        account.import_({"vms": [{"id": 0}]})


def test_verify_reports_what_it_saw_instead(account: Account) -> None:
    create(account)
    assert account.verify(action="create_snapshot", count=1) == 1
    with pytest.raises(AssertionError, match=r"(?s)0 calls match, expected 1.*vm/create_snapshot.*\(id\)"):
        account.verify(action="create_snapshot", id=999, count=1)


def test_a_refusal_of_the_control_api_is_raised_with_its_reason(account: Account) -> None:
    with pytest.raises(ControlFailure, match="422 invalid: seconds") as refused:
        account.advance(-1)
    assert refused.value.status == 422
    with pytest.raises(ControlFailure, match="409 in_use"):
        account.emulator.account(name=account.name)
    with pytest.raises(ControlFailure, match="404 vm_not_found"):
        account.vm(1)


def test_a_closed_account_is_gone(account: Account) -> None:
    other = account.emulator.account()
    other.close()
    with pytest.raises(ControlFailure, match="404 account_not_found"):
        other.clock  # noqa: B018 - reading it makes a call


def test_settings_without_effect_are_refused(server: Running) -> None:
    with pytest.raises(TypeError, match="unexpected setting 'port'"):
        Emulator(port=8650)
    with pytest.raises(TypeError, match="unexpected setting 'clock'"):
        Emulator(url=server.url, clock="auto")


def test_an_admin_token_is_sent() -> None:
    with Emulator(admin_token="secret") as emulator, Emulator(url=emulator.url) as stranger:
        emulator.account().close()
        with pytest.raises(ControlFailure, match="401 unauthorized"):
            stranger.account()


def test_an_ordered_fault_shows_how_often_it_fired(account: Account) -> None:
    rule = account.fault("reject", message="no", match={"action": "create_snapshot"})
    form = {"action": "create_snapshot", "token": account.token, "id": account.vms[0], "name": "a"}
    assert httpx.post(f"{account.url}/vm.php", data=form).json()["message"] == "no"
    assert account.faults == [rule | {"seen": 1, "fired": 1}]
    assert account.unused_faults() == []


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [({}, "fire 1 time, but fired 0"), ({"times": 3}, "3 times"), ({"times": None}, "fire always")],
)
def test_a_fault_that_did_not_fire_is_reported_once(
    account: Account, fields: dict[str, Any], wanted: str
) -> None:
    account.fault("reject", **fields)
    (complaint,) = account.unused_faults()
    assert wanted in complaint
    assert account.unused_faults() == []


def test_a_random_or_allowed_fault_need_not_fire(account: Account) -> None:
    account.fault("reject", probability=0.1)
    account.fault("reject", allow_unused=True)
    assert account.unused_faults() == []


def test_leaving_an_accounts_block_reports_unfired_faults_and_removes_the_account(server: Running) -> None:
    with Emulator(url=server.url) as emulator:
        with pytest.raises(AssertionError, match="lost_reply"), emulator.account(name="brief") as account:
            account.fault("lost_reply")
        with pytest.raises(ControlFailure, match="404"):
            emulator.control("GET", "/accounts/brief")


def test_an_unfired_fault_is_reported_after_a_reset_an_import_and_a_close(
    server: Running,
) -> None:
    with Emulator(url=server.url) as emulator:
        account = emulator.account(scenario="one-vm")
        account.fault("reject")
        account.reset()
        account.fault("lost_reply")
        account.import_({"vms": []})
        account.fault("task_hangs")
        account.close()
        account.close()
        complaints = account.unused_faults()
    assert [complaint.split("(")[1].split(",")[0] for complaint in complaints] == [
        "reject", "lost_reply", "task_hangs",
    ]  # fmt: skip
    assert account.unused_faults() == []


def test_a_missing_emulator_is_reported_with_its_address() -> None:
    with pytest.raises(ConnectionError, match="no emulator answers at http:"):
        Emulator(url="http://127.0.0.1:1").account()


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Serve one answer to each connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection:
                        connection.recv(65536)
                        connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize("body", [b"Internal Server Error", b"[]", b"\xff"])
def test_what_a_foreign_server_answers_is_reported(body: bytes) -> None:
    head = b"HTTP/1.1 500 no\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
    with (
        answering(head + body) as url,
        pytest.raises(ConnectionError, match="is not an invapi-emulator") as told,
    ):
        Emulator(url=url).account()
    assert f"500, '{body.decode(errors='replace')}'" in str(told.value)


def test_an_emulator_takes_no_setting_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(f"INVAPI_EMULATOR_{name.upper()}", "tcp://10.0.0.1:8650")
    assert handed({}) == Settings()
    assert handed({"clock": "auto", "seed": 4}) == Settings(clock="auto", seed=4)


def test_a_setting_that_is_not_accepted_is_named_without_secrets() -> None:
    with pytest.raises(CannotStart, match="clock: 'x': input should be 'real', 'frozen' or 'auto'"):
        Emulator(clock="x")
    with pytest.raises(TypeError, match=r"unknown setting 'colour' \(known: host, port, "):
        Emulator(colour="red")
    with pytest.raises(CannotStart, match=r"^admin_token: \*\*\*: "):
        Emulator(admin_token=["secret"])  # type: ignore[arg-type]


def test_a_server_that_cannot_start_says_why_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def dup(_listening: socket.socket) -> socket.socket:
        raise OSError(errno.EBADF, "Bad file descriptor in a fake file system")

    monkeypatch.setattr(socket.socket, "dup", dup)
    with pytest.raises(CannotStart, match="Bad file descriptor in a fake file system"):
        Emulator()


@pytest.mark.parametrize("kind", [TimeoutError, ValueError])
def test_what_a_handler_of_the_suite_raises_within_a_call_is_not_renamed(kind: type[Exception]) -> None:
    """The port takes the connection, and nobody ever answers there."""

    def too_late(*_: object) -> None:
        raise kind("the suite's own")

    with socket.create_server(("127.0.0.1", 0)) as silent:
        emulator = Emulator(url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        before = signal.signal(signal.SIGALRM, too_late)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        try:
            with pytest.raises(kind, match=r"^the suite's own$"):
                emulator.control("GET", "/health")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
