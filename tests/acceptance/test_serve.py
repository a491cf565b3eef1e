"""`invapi-emulator serve` as a process: flags, one line on stdout, signals, kills."""

import signal
import socket
import subprocess
import threading
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.harness import TOKEN
from tests.support.processes import COMMAND, DEADLINE, refused, served, wait_until

pytestmark = pytest.mark.acceptance


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_and_stdout_has_one_line(number: signal.Signals) -> None:
    with served() as server:
        health = httpx.get(f"{server.url}/_emulator/health", timeout=DEADLINE)
        assert health.json()["status"] == "ready"
        with server.emulator() as emulator:
            emulator.call_vm("get_snapshot", 99999)
            status, stdout, stderr = server.stop(number)
    assert (status, stdout) == (0, "")
    assert "vm_not_found" in stderr
    assert "Traceback" not in stderr


def test_it_answers_as_soon_as_it_is_ready() -> None:
    with served() as server:
        form = {"action": "list", "token": TOKEN}
        assert httpx.post(f"{server.url}/eq.php", data=form).json()["result"] == "OK"


def test_the_default_clock_is_real_at_rate_10_and_the_seed_is_random() -> None:
    with served() as one, served() as other, one.emulator() as first, other.emulator() as second:
        clock = first.clock
        assert (clock["mode"], clock["rate"], clock["polls"]) == ("real", 10, 1)
        assert first.start("vm", "get_snapshot") != second.start("vm", "get_snapshot")
        key = first.start("eq", "off")
        wait_until(lambda: first.check(key)["result"] == "OK")


def test_two_servers_with_one_seed_give_identical_answers() -> None:
    def run() -> bytes:
        with served("--clock", "frozen", "--seed", "3") as server, server.emulator() as emulator:
            emulator.do("vm", "create_snapshot", name="a")
            emulator.start("eq", "off")
            return b"".join(
                emulator.http.get(f"/_emulator/accounts/demo/{what}").content
                for what in ("vms", "tasks", "clock")
            )

    assert run() == run()


def test_a_flag_overrides_its_variable_and_a_variable_the_default() -> None:
    variables = {"INVAPI_EMULATOR_CLOCK": "auto", "INVAPI_EMULATOR_RATE": "3", "INVAPI_EMULATOR_POLLS": ""}
    with served("--clock", "frozen", variables=variables) as server, server.emulator() as emulator:
        clock = emulator.clock
        assert (clock["mode"], clock["rate"], clock["polls"]) == ("frozen", 3, 1)


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("port", "x"), ("port", "65536"), ("port", "-1"), ("clock", "fast"), ("rate", "0"), ("rate", "10001"),
        ("rate", "nan"), ("polls", "-1"), ("polls", "1.5"), ("seed", "x"), ("seed", "-1"), ("log-level", "loud"),
        ("scenario", "none"), ("trusted-proxies", "nonsense"),
        ("trusted-proxies", "10.0.0.1/8"), ("allowed-origins", "localhost:3000"), ("head-timeout", "0"), ("idle-timeout", "inf"),
        ("log-format", "xml"), ("db", "mysql://x/y"), ("host", "no.such.host.invalid"), ("host", "192.0.2.1"),
    ],
)  # fmt: skip
def test_an_invalid_value_is_refused_in_one_line_that_names_it(flag: str, value: str) -> None:
    line = refused(f"--{flag}", value)
    assert line.startswith(f"invapi-emulator: --{flag}: ")
    assert value.partition(":")[0] in line
    variable = f"INVAPI_EMULATOR_{flag.replace('-', '_').upper()}"
    named = refused(**{variable: value})
    assert value.partition(":")[0] in named
    assert variable in named or f"--{flag}" in named


def test_an_unknown_flag_is_refused_too() -> None:
    assert "--nonsense" in refused("--nonsense", "1")


def test_a_busy_port_is_refused_and_the_database_is_not_touched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        line = refused("--port", port, "--db", str(tmp_path / "worlds.db"))
    assert line.startswith(f"invapi-emulator: --port: {port} on 127.0.0.1: ")
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_database_is_refused(tmp_path: Path) -> None:
    assert str(tmp_path) in refused("--port", "0", "--db", str(tmp_path))
    assert "no directory" in refused("--port", "0", "--db", str(tmp_path / "no" / "worlds.db"))
    assert "cannot use '/proc/worlds.db'" in refused("--port", "0", "--db", "/proc/worlds.db")
    assert list(tmp_path.iterdir()) == []


def test_a_database_in_use_by_another_server_is_refused(tmp_path: Path) -> None:
    db = str(tmp_path / "worlds.db")
    with served("--db", db) as server:
        line = refused("--port", "0", "--db", db)
        assert f"in use by another server: process {server.process.pid}, which serves {server.url}" in line


def test_a_killed_server_continues_where_it_was(tmp_path: Path) -> None:
    db = str(tmp_path / "worlds.db")
    with served("--db", db, "--rate", "1") as server, server.emulator() as emulator:
        done = emulator.do("vm", "create_snapshot", name="a")
        key = emulator.start("vm", "create_snapshot", 12348, name="b")
        task = emulator.control("GET", f"/tasks/{key}")
        server.stop(signal.SIGKILL)
    with served("--db", db, "--rate", "7") as server, server.emulator() as emulator:
        assert emulator.clock["rate"] == 1
        assert emulator.control("GET", f"/tasks/{key}")["due_at"] == task["due_at"]
        assert emulator.vm(12348)["locked_by"] == key
        assert emulator.check(done["key"])["reason"] == "key_spent"
        emulator.advance(until=key)
        assert emulator.check(key)["result"] == "OK"
        assert emulator.listed()[-1] == "a"


def test_a_kill_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """Change settings as fast as possible, then kill the server. The last acknowledged ones are stored."""
    db = str(tmp_path / "worlds.db")
    acknowledged: list[str] = []
    with served("--db", db, "--clock", "frozen") as server, server.emulator() as emulator:

        def change_settings() -> None:
            try:
                for number in range(1_000_000):
                    name = f"name-{number}"
                    emulator.call_vm("update_restore_settings", 12345, **{"exclude_rotation[]": name})
                    acknowledged.append(name)
            except httpx.HTTPError:
                return

        client = threading.Thread(target=change_settings)
        client.start()
        wait_until(lambda: len(acknowledged) > 100)
        server.stop(signal.SIGKILL)
        client.join()
    with served("--db", db) as server, server.emulator() as emulator:
        (name,) = emulator.call_vm("get_snapshot")["settings"]["exclude_rotation"]
        assert int(name.removeprefix("name-")) >= int(acknowledged[-1].removeprefix("name-"))


def test_a_half_received_call_is_refused_when_the_server_stops() -> None:
    with served() as server:
        address = urlsplit(server.url)
        with socket.create_connection((str(address.hostname), int(address.port or 0))) as connection:
            connection.sendall(b"POST /eq.php HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\naction=")
            httpx.get(f"{server.url}/_emulator/health", timeout=DEADLINE)
            status, _, stderr = server.stop(signal.SIGTERM)
            answer = connection.recv(10_000).decode()
    assert status == 0
    assert answer.startswith("HTTP/1.1 503 ")
    assert "x-emulator-reason: unavailable" in answer.lower()
    assert "Traceback" not in stderr


def test_health_notices_a_missing_file(tmp_path: Path) -> None:
    with served("--db", str(tmp_path / "worlds.db")) as server:
        assert httpx.get(f"{server.url}/_emulator/health", timeout=DEADLINE).status_code == 200
        (tmp_path / "worlds.db").unlink()
        health = httpx.get(f"{server.url}/_emulator/health", timeout=DEADLINE)
        assert (health.status_code, health.json()["status"]) == (503, "cannot write")


def test_every_refusal_is_in_the_log_with_its_reason() -> None:
    with served() as server:
        httpx.put(f"{server.url}/vm.php")
        httpx.post(f"{server.url}/vm.php", data={"action": "nonsense"})
        httpx.post(
            f"{server.url}/vm.php", data={"action": "create_snapshot", "token": TOKEN, "id": "1", "name": "a"}
        )
        _, _, stderr = server.stop(signal.SIGTERM)
    for line in ("PUT vm/None: method_not_allowed", "POST vm/nonsense: unknown_action",
                 "POST vm/create_snapshot: vm_not_found"):  # fmt: skip
        assert line in stderr


def test_help_names_every_flag() -> None:
    page = subprocess.run([*COMMAND, "serve", "--help"], capture_output=True, text=True, check=True).stdout
    for flag in (
        "host",
        "port",
        "db",
        "scenario",
        "clock",
        "rate",
        "polls",
        "seed",
        "log-level",
        "admin-token",
    ):
        assert f"--{flag} " in page


def test_a_live_demo_has_traffic_of_its_own() -> None:
    with served("--live", "--rate", "100") as server, server.emulator() as emulator:

        def actions() -> set[str]:
            return {call["action"] for call in emulator.control("GET", "/requests")["requests"]}

        wait_until(lambda: len(actions()) > 1)
        status, _, _ = server.stop(signal.SIGTERM)
    assert status == 0


@pytest.mark.parametrize(
    ("flags", "warned"),
    [
        (("--host", "0.0.0.0"), True),
        (("--host", "0.0.0.0", "--admin-token", "secret"), False),
        (("--host", "127.0.0.2"), False),
        (("--host", "localhost"), False),
    ],
)
def test_it_warns_if_reachable_from_outside_without_an_admin_token(
    flags: tuple[str, ...], *, warned: bool
) -> None:
    with served(*flags) as server:
        _, _, stderr = server.stop(signal.SIGTERM)
    assert ("without --admin-token" in stderr) == warned
    assert "secret" not in stderr


def test_an_admin_token_that_cannot_be_sent_is_refused_and_not_shown() -> None:
    line = refused("--admin-token", " sesame")
    assert line.startswith("invapi-emulator: --admin-token: ***: ")
    assert "sesame" not in line
