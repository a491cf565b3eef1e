"""SIGTERM: calls under way are answered, new ones refused, streams end, the file is complete, status is 0."""

import json
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPConnection
from itertools import product
from pathlib import Path

import httpx
import pytest

from tests.support.harness import TOKEN
from tests.support.processes import COMMAND, DEADLINE, Served, environment, served, wait_until, whole

pytestmark = pytest.mark.acceptance

LIST = {"action": "list", "token": TOKEN}


def answered(url: str) -> httpx.Response | None:
    """Make a call on a new connection. Return None once the port is closed."""
    try:
        return httpx.post(f"{url}/eq.php", data=LIST, timeout=DEADLINE)
    except httpx.TransportError:
        return None


def in_background(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def with_an_answer_under_way(server: Served, seconds: float, then: Callable[[], None]) -> httpx.Response:
    """Delay the answer to a call, do something as soon as the call has arrived, and return the answer."""
    with server.emulator() as emulator:
        emulator.fault("latency", seconds=seconds, times=1, match={"action": "create_snapshot"})
        form = {"action": "create_snapshot", "token": TOKEN, "id": "12345", "name": "a"}
        answers: list[httpx.Response] = []
        waiting = in_background(lambda: answers.append(emulator.http.post("/vm.php", data=form)))
        with server.emulator() as other:
            wait_until(lambda: bool(other.tasks))
        then()
        waiting.join(DEADLINE)
        return answers[0]


def test_calls_under_way_are_answered_while_new_ones_are_refused() -> None:
    told: list[httpx.Response] = []

    def stop() -> None:
        server.process.send_signal(signal.SIGTERM)
        while (answer := answered(server.url)) is not None:
            told.append(answer)

    with served("--clock", "frozen") as server:
        late = with_an_answer_under_way(server, 1, stop)
        assert server.process.wait(DEADLINE) == 0
    assert late.json()["result"] == "OK"
    refused = [answer for answer in told if answer.status_code != 200]
    assert len(refused) > 0
    for answer in refused:
        assert (answer.status_code, answer.headers["x-emulator-reason"]) == (503, "unavailable")
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["message"] == "the emulator is stopping; ask again"


def test_an_answer_delayed_for_longer_is_sent_at_once() -> None:
    with served("--clock", "frozen") as server:
        late = with_an_answer_under_way(server, 600, lambda: server.process.send_signal(signal.SIGTERM))
        assert late.json()["result"] == "OK"
        assert server.process.wait(DEADLINE) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_start_too(number: signal.Signals) -> None:
    starting = subprocess.Popen(
        [*COMMAND, "serve", "--host", "0.0.0.0", "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    assert starting.stderr is not None
    assert "without --admin-token" in starting.stderr.readline()  # it opens the worlds after this line
    starting.send_signal(number)
    _, log = starting.communicate(timeout=DEADLINE)
    assert starting.returncode == 0, log
    assert "Traceback" not in log


@pytest.mark.parametrize("pause", [0, 0.02, 0.15, 0.5])
@pytest.mark.parametrize(("first", "second"), list(product((signal.SIGINT, signal.SIGTERM), repeat=2)))
def test_a_second_signal_changes_nothing(
    tmp_path: Path, first: signal.Signals, second: signal.Signals, pause: float
) -> None:
    """The worlds are closed too: the log beside the file is gone."""
    with served("--db", str(tmp_path / "worlds.db"), "--log-level", "warning") as server:
        server.process.send_signal(first)
        with suppress(subprocess.TimeoutExpired):
            server.process.wait(pause)
        assert server.stop(second) == (0, "", "")
    assert not (tmp_path / "worlds.db-wal").exists()


@pytest.mark.parametrize("signals", [(signal.SIGTERM,), (signal.SIGINT, signal.SIGINT)])
@pytest.mark.parametrize("lasts", [True, False])
def test_a_long_import_is_carried_out_whole_or_not_at_all(
    tmp_path: Path, signals: tuple[signal.Signals, ...], *, lasts: bool
) -> None:
    flags = ("--db", str(tmp_path / "worlds.db")) if lasts else ()
    many = json.dumps({"vms": [{"id": number} for number in range(1, 15_001)]})
    with (
        served("--clock", "frozen", *flags) as server,
        closing(HTTPConnection(server.url.removeprefix("http://"), timeout=DEADLINE)) as importing,
    ):
        importing.request("PUT", "/_emulator/accounts/demo/state", many)
        assert answered(server.url) is not None
        for number in signals:
            server.process.send_signal(number)
        answer = importing.getresponse()
        told = json.loads(answer.read())
        assert server.process.wait(DEADLINE) == 0
        log = whole(server.log)
    assert "Traceback" not in log
    assert "forced the end" not in log
    if answer.status != 200:  # a very fast machine imports it before the end
        assert (answer.status, answer.getheader("Retry-After")) == (503, "1")
        assert told["error"]["reason"] == "unavailable"
        assert "waits no longer for what is under way" in log
    if lasts:
        assert sorted(each.name for each in tmp_path.iterdir()) == ["worlds.db", "worlds.db.lock"]
        with served(*flags) as server, server.emulator() as emulator:
            vms = emulator.http.get("/_emulator/accounts/demo/vms").json()["vms"]
            assert len(vms) == (15_000 if answer.status == 200 else 4)


def test_a_client_that_does_not_take_its_answer_leaves_no_traceback(tmp_path: Path) -> None:
    many = {"vms": [{"id": number} for number in range(1, 2_001)]}
    with served("--clock", "frozen", "--db", str(tmp_path / "worlds.db")) as server:
        httpx.put(
            f"{server.url}/_emulator/accounts/demo/state", json=many, timeout=DEADLINE
        ).raise_for_status()
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), DEADLINE) as connection:
            ask = f"GET /_emulator/accounts/demo/vms HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
            connection.sendall(ask * 50)
            assert connection.recv(12) == b"HTTP/1.1 200"
            status, _, log = server.stop(signal.SIGTERM)
    assert status == 0
    assert "Traceback" not in log
    assert "ASGI" not in log
    assert not (tmp_path / "worlds.db-wal").exists()


def test_streams_end() -> None:
    with (
        served() as server,
        httpx.stream("GET", f"{server.url}/_emulator/accounts/demo/events", timeout=DEADLINE) as stream,
    ):
        lines = stream.iter_lines()
        assert next(lines).startswith("retry:")
        server.process.send_signal(signal.SIGTERM)
        assert [line for line in lines if line.startswith("data:")] == []
        assert server.process.wait(DEADLINE) == 0


def test_the_file_is_complete_without_a_log_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "worlds.db"
    with served("--db", str(file), "--clock", "frozen") as server, server.emulator() as emulator:
        key = emulator.start("vm", "create_snapshot", name="a")
        assert Path(f"{file}-wal").stat().st_size > 0
        status, _, _ = server.stop(signal.SIGTERM)
        assert status == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["worlds.db", "worlds.db.lock"]
    (tmp_path / "copy.db").write_bytes(file.read_bytes())
    with served("--db", str(tmp_path / "copy.db")) as server, server.emulator() as emulator:
        assert emulator.check(key)["result"] == "Not ready"
