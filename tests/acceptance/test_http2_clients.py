"""Clients that would rather speak HTTP/2 ask for it in each request, and are served over HTTP/1.1."""

import subprocess

import pytest

from tests.acceptance.client_programs import FOLDER
from tests.support.harness import TOKEN
from tests.support.processes import DEADLINE, served

pytestmark = pytest.mark.acceptance


def lines_of(*command: str) -> list[str]:
    ended = subprocess.run(command, capture_output=True, text=True, timeout=2 * DEADLINE, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


def test_curl_that_offers_http2_is_served() -> None:
    form = ("-d", f"action=create_snapshot&token={TOKEN}&id=12345&name=mine")
    ask = ("curl", "-sS", "--http2", "-w", " %{http_version} %{http_code}\n")
    with served("--clock", "frozen") as server, server.emulator() as emulator:
        advance = f"{server.url}/_emulator/accounts/demo/clock/advance"
        told = [
            *lines_of(*ask, *form, f"{server.url}/vm.php"),
            *lines_of(*ask, "-d", '{"until": "idle"}', advance),
            *lines_of(*ask, "-H", "Transfer-Encoding: chunked", *form, f"{server.url}/vm.php"),
        ]
        assert emulator.listed()[-1] == "mine"
    assert [line.endswith(" 1.1 200") for line in told] == [True] * 3, told
    assert '"callback":"' in told[0]
    assert '"code":' in told[2]  # the name is taken: the second form was read, too


def test_javas_own_client_is_served() -> None:
    with served("--clock", "frozen") as server, server.emulator() as emulator:
        told = lines_of("java", str(FOLDER / "java" / "Calls.java"), server.url, TOKEN)
        assert [line.startswith("200 HTTP_1_1 ") for line in told] == [True] * 4, told
        assert {"length", "chunks"} <= set(emulator.listed()), told
