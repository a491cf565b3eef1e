"""Commands as processes: who has a port, the page in a browser, calls that are followed."""

import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from invapi_emulator.server.tls.folder import file_of
from tests.support.processes import COMMAND, DEADLINE, environment, refused, served

pytestmark = pytest.mark.acceptance


@pytest.mark.parametrize("flags", [(), ("--tls",)])
def test_a_port_that_an_emulator_has_is_refused_with_its_url(flags: tuple[str, ...], tmp_path: Path) -> None:
    ca, trusted = ("--ca-dir", str(tmp_path)), {"SSL_CERT_FILE": str(file_of(str(tmp_path)))}
    with served(*flags, *ca) as server:
        port = str(urlsplit(server.url).port)
        assert (
            run("healthcheck", "--url", server.url, "--wait", str(DEADLINE), **trusted)[0] == 0
        )  # loads the control API
        line = refused("--port", port, *ca)
        other = refused("--port", "0", "--tls-port", port, *ca)
    assert line.startswith(
        f"invapi-emulator: --port: {port} on 127.0.0.1: Address already in use: an invapi-emulator "
    )
    assert f" answers at {server.url}; " in line
    assert line.endswith("(--port 0: a free one)")
    assert other.endswith("(--tls-port 0: a free one)")


def test_a_port_that_something_else_has_is_refused_as_such() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = str(silent.getsockname()[1])
        line = refused("--port", port)
    assert line.endswith(": another program has it; choose another port (--port 0: a free one)")


def run(*words: str, **variables: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [*COMMAND, *words], capture_output=True, text=True, timeout=DEADLINE, check=False, env=environment(**variables)
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_open_opens_the_page_in_the_browser_that_a_variable_names(tmp_path: Path) -> None:
    opened, browser = tmp_path / "opened", tmp_path / "browser.py"
    browser.write_text(f"import sys; open({str(opened)!r}, 'w').write(sys.argv[1])")
    with served() as server:
        for words, path in (((), "/"), (("--account", "demo"), "/_emulator/ui/accounts/demo")):
            status, out, err = run(
                "open", "--url", f"{server.url}/", *words, BROWSER=f"{sys.executable} {browser} %s"
            )
            assert (status, out, err) == (0, f"{server.url}{path}\n", "")
            assert opened.read_text() == f"{server.url}{path}"
        opened.unlink()
        status, out, err = run("open", "--url", server.url, "--account", "none", BROWSER=f"{browser} %s")
        assert (status, out) == (2, "")
        assert "404 account_not_found" in err
    status, out, err = run("open", "--url", server.url, BROWSER=f"{browser} %s")
    assert (status, out) == (2, "")
    assert "no emulator answers" in err
    assert not opened.exists()


def test_open_without_a_browser_names_the_address() -> None:
    with served() as server:
        status, out, err = run("open", "--url", server.url, PATH="", DISPLAY="", WAYLAND_DISPLAY="")
    assert (status, out) == (2, f"{server.url}/\n")
    assert err == f"invapi-emulator: there is no browser to open; open {server.url}/ yourself\n"


def test_requests_follows_the_calls_until_ctrl_c() -> None:
    with served("--clock", "frozen", "--seed", "7") as server, server.emulator() as emulator:
        emulator.call_vm("get_snapshot", 99999)
        following = subprocess.Popen(
            [*COMMAND, "requests", "--follow", "--url", server.url, "--result", "refused"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
        )  # fmt: skip
        try:
            assert following.stdout is not None
            assert " vm/get_snapshot 99999 refused vm_not_found " in following.stdout.readline()
            emulator.call("eq", "list")
            emulator.call("eq", "nonsense")
            assert " eq/nonsense refused unknown_action " in following.stdout.readline()
            following.send_signal(signal.SIGINT)
            out, err = following.communicate(timeout=DEADLINE)
        finally:
            following.kill()
            following.communicate()
    assert (following.returncode, out, err) == (130, "", "invapi-emulator: interrupted\n")


def test_requests_tells_of_calls_that_it_has_missed() -> None:
    with served() as server, server.emulator() as emulator:
        emulator.call("eq", "list")
        following = subprocess.Popen(
            [*COMMAND, "requests", "--follow", "--url", server.url],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
        )  # fmt: skip
        try:
            assert following.stdout is not None
            following.stdout.readline()
            following.send_signal(signal.SIGSTOP)
            for _ in range(1_005):
                emulator.call("eq", "list")
            following.send_signal(signal.SIGCONT)
            shown = [following.stdout.readline() for _ in range(1_000)]
            following.send_signal(signal.SIGINT)
            _, err = following.communicate(timeout=DEADLINE)
        finally:
            following.kill()
            following.communicate()
    assert shown[-1].startswith("#1006 ")
    assert err.startswith("number of calls in between that are no longer kept: ")


def test_requests_tells_of_calls_that_were_cleared_before_it_showed_them() -> None:
    with served() as server, server.emulator() as emulator:
        emulator.call("eq", "list")
        following = subprocess.Popen(
            [*COMMAND, "requests", "--follow", "--url", server.url],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
        )  # fmt: skip
        try:
            assert following.stdout is not None
            assert following.stderr is not None
            following.stdout.readline()
            following.send_signal(signal.SIGSTOP)
            for _ in range(3):
                emulator.call("eq", "list")
            emulator.clear_requests()
            emulator.call("eq", "list")
            following.send_signal(signal.SIGCONT)
            told, shown = following.stderr.readline(), following.stdout.readline()
        finally:
            following.kill()
            following.communicate()
    assert told == "calls that were cleared before they were shown: #2 to #4\n"
    assert shown.startswith("#5 ")


def test_requests_goes_on_with_an_account_that_is_created_again() -> None:
    account = {"name": "again", "token": "token-of-again"}
    with served() as server, server.emulator() as emulator:
        emulator.http.post("/_emulator/accounts", json=account).raise_for_status()
        for _ in range(3):
            emulator.call("eq", "list", token="token-of-again")
        following = subprocess.Popen(
            [*COMMAND, "requests", "--follow", "--url", server.url, "--account", "again"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
        )  # fmt: skip
        try:
            assert following.stdout is not None
            assert following.stderr is not None
            shown = [following.stdout.readline() for _ in range(3)]
            following.send_signal(signal.SIGSTOP)
            emulator.http.delete("/_emulator/accounts/again").raise_for_status()
            emulator.http.post("/_emulator/accounts", json=account).raise_for_status()
            emulator.call("eq", "nonsense", token="token-of-again")
            following.send_signal(signal.SIGCONT)
            told, first = following.stderr.readline(), following.stdout.readline()
            emulator.http.delete("/_emulator/accounts/again").raise_for_status()
            out, err = following.communicate(timeout=DEADLINE)
        finally:
            following.kill()
            following.communicate()
    assert shown[-1].startswith("#3 ")
    assert told.startswith("the journal begins again, as that of a new account ")
    assert (first[:3], "unknown_action" in first, out) == ("#1 ", True, "")
    assert (following.returncode, err.count("\n")) == (2, 1)
    assert "404 account_not_found" in err


def test_requests_ends_in_one_line_when_the_server_it_follows_stops() -> None:
    with served() as server:
        following = subprocess.Popen(
            [*COMMAND, "requests", "--follow", "--url", server.url],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
        )  # fmt: skip
        try:
            with server.emulator() as emulator:
                emulator.call("eq", "list")
            assert following.stdout is not None
            following.stdout.readline()
            server.stop(signal.SIGTERM)
            out, err = following.communicate(timeout=DEADLINE)
        finally:
            following.kill()
            following.communicate()
    assert (following.returncode, out) == (2, "")
    assert err.count("\n") == 1
