"""Faults that end connections, where the application is called over ASGI or served by another server."""

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from invapi_emulator.application import EmulatorApp, create_app
from invapi_emulator.settings import Settings
from tests.support.harness import TOKEN
from tests.support.raw_connection import connected, until_closed

FAULTS = "/_emulator/accounts/demo/faults"
REQUESTS = "/_emulator/accounts/demo/requests"
CREATE = {"action": "create_snapshot", "token": TOKEN, "id": "12345", "name": "nightly"}
FORM = urlencode(CREATE).encode()


@contextmanager
def served_by_uvicorn(app: FastAPI, http: Any) -> Iterator[str]:
    """Serve with uvicorn's own protocol until the block ends. Return the URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, http=http, log_config=None, lifespan="off"))
        serving = threading.Thread(target=server.run, args=([listening],))
        serving.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            serving.join()


@pytest.fixture
def app() -> Iterator[EmulatorApp]:
    made = create_app(Settings(clock="frozen"))
    yield made
    asyncio.run(made.aclose())


@pytest.mark.parametrize(
    ("kind", "raised", "executed"),
    [
        ("connection_reset", ConnectionResetError, False),
        ("empty_reply", ConnectionAbortedError, False),
        ("lost_reply", ConnectionResetError, True),
        ("truncated_body", ConnectionAbortedError, True),
    ],
)
def test_over_asgi_they_raise_a_connection_error(
    app: EmulatorApp, kind: str, raised: type[ConnectionError], *, executed: bool
) -> None:
    async def talk() -> tuple[list[str], int]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            (await http.post(FAULTS, json={"kind": kind})).raise_for_status()
            with pytest.raises(raised, match="a fault rule ends this connection"):
                await http.post("/vm.php", data=CREATE)
            calls = (await http.get(REQUESTS)).json()["requests"]
            tasks = (await http.get("/_emulator/accounts/demo/tasks")).json()["tasks"]
            return [call["fault"] for call in calls], len(tasks)

    assert asyncio.run(talk()) == ([kind], int(executed))


@pytest.mark.parametrize("http", ["httptools", "h11"])
@pytest.mark.parametrize("root", ["", "/mounted"])
def test_behind_uvicorn_they_end_the_connection(
    app: EmulatorApp, caplog: pytest.LogCaptureFixture, http: str, root: str
) -> None:
    outer: FastAPI = app
    if root:
        outer = FastAPI()
        outer.mount(root, app)
    call = b"POST %b/vm.php HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (
        root.encode(),
        len(FORM),
    )
    with served_by_uvicorn(outer, http) as url, httpx.Client(base_url=url + root) as client:
        for kind in ("connection_reset", "lost_reply", "empty_reply", "truncated_body"):
            client.post(FAULTS, json={"kind": kind}).raise_for_status()
            with connected(url) as connection:
                connection.sendall(call + FORM)
                if kind in {"connection_reset", "lost_reply"}:
                    with pytest.raises(ConnectionResetError):
                        connection.recv(1)
                else:
                    received = until_closed(connection)
                    assert bool(received) == (kind == "truncated_body")
                    assert not received.endswith("}")
        assert len(client.get(REQUESTS).json()["requests"]) == 4
    assert "Exception" not in caplog.text
    assert not [line for line in caplog.records if line.levelno >= logging.ERROR]


@pytest.mark.parametrize("http", ["httptools", "h11"])
def test_behind_uvicorn_a_client_may_leave_within_its_body(
    app: EmulatorApp, caplog: pytest.LogCaptureFixture, http: str
) -> None:
    caplog.set_level(logging.INFO)
    with served_by_uvicorn(app, http) as url, httpx.Client(base_url=url) as client:
        with connected(url) as connection:
            connection.sendall(b"POST /vm.php HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30\r\n\r\nabc")
        client.get("/_emulator/health").raise_for_status()
        client.get("/_emulator/health").raise_for_status()
    assert "Exception" not in caplog.text
    assert not [line for line in caplog.records if line.levelno >= logging.ERROR]
