"""Commands as processes: who has a port, and the page in a browser."""

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
