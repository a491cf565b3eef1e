"""Callbacks of a whole server: what it sends at its start, what streams, page and metrics show, and what drops them.

Here they are written into a database before a server opens it. An order does it through the API.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import update

from invapi_emulator.application import EmulatorApp, create_app
from invapi_emulator.dashboard import callbacks as shown_callbacks
from invapi_emulator.domain.instants import SECOND
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.storage import callbacks
from invapi_emulator.storage.callback_tables import callback
from invapi_emulator.testing.server_thread import server_thread
from tests.support.calls import DEMO
from tests.support.fake_clock import FakeClock, opened
from tests.support.harness import Emulator, Json, running
from tests.support.receiver import OK, receiving
from tests.unit.dashboard.seen import said, vm_page


def owe(url: str, time: FakeClock, lasting: str, later: int = 0) -> None:
    """Write a callback that is due now, or some seconds later."""
    with opened(time, db=lasting, clock="frozen") as database:
        database.run_now(DEMO, lambda unit: callbacks.add(unit, url, 12345, 7, "deploy_done"))
        with database.transaction() as tx:
            tx.execute(update(callback).values(next_at=callback.c.next_at + later * SECOND))


def is_any_pending(time: FakeClock, lasting: str) -> bool:
    with opened(time, db=lasting) as database, database.read() as tx:
        return callbacks.first_due_at(tx) is not None


@contextmanager
def emulating(time: FakeClock, lasting: str, **settings: object) -> Iterator[Emulator]:
    with (
        running(time, db=lasting, **settings) as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        yield Emulator(server, http)


@contextmanager
def streaming(emulator: Emulator) -> Iterator[Iterator[Json]]:
    """Yield the callbacks that a stream tells of from now on."""
    with emulator.http.stream("GET", "/_emulator/accounts/demo/events") as response:
        lines = response.iter_lines()
        assert next(lines) == "retry: 1000"
        told = (json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: "))
        yield (event for event in told if event["kind"].startswith("callback"))


def test_a_developer_sees_how_each_try_ended(time: FakeClock, lasting: str) -> None:
    with receiving(b"HTTP/1.1 500 Not now\r\n\r\n", OK) as receiver:
        owe(receiver.url("/done?key=hunter2", host="me:hunter2@127.0.0.1"), time, lasting, later=10)
        with emulating(time, lasting) as emulator, streaming(emulator) as told:
            time.go_on(10)
            events = [next(told)]
            assert receiver.next().form == {"id": "12345", "invoice": "7", "status": "deploy_done"}
            time.go_on(5)
            events.append(next(told))
            seen = {path: said(emulator, path) for path in ("/", vm_page(), vm_page(12346))}
            metrics = emulator.http.get("/metrics").text
    assert [(event["kind"], event["status"]) for event in events] == [
        ("callback_failed", 500),
        ("callback_sent", 200),
    ]
    assert {(event["server"], event["invoice"], event["url"]) for event in events} == {
        (12345, 7, receiver.url())
    }
    for path in ("/", vm_page()):
        assert "server 12345, try 1: answered 500" in seen[path]
        assert "server 12345, try 2" in seen[path]
        assert receiver.url() in seen[path]
    assert "callback of an installation" not in seen[vm_page(12346)]
    assert not [text for text in (*seen.values(), json.dumps(events)) if "hunter2" in text]
    assert 'invapi_emulator_callback_tries_total{outcome="failed"} 1.0' in metrics


def test_a_server_without_a_worker_leaves_them_to_others(time: FakeClock, lasting: str) -> None:
    with receiving() as receiver:
        owe(receiver.url(), time, lasting)
        with emulating(time, lasting, no_worker=True) as emulator:
            emulator.listed()
        assert receiver.connections == 0
        with emulating(time, lasting):
            receiver.next()


def reset(emulator: Emulator) -> None:
    emulator.reset()


def replace_world(emulator: Emulator) -> None:
    emulator.control("PUT", "/state", emulator.control("GET", "/state"))


@pytest.mark.parametrize("drop", [reset, replace_world])
def test_a_world_takes_its_callbacks_with_it(
    time: FakeClock, lasting: str, drop: Callable[[Emulator], None]
) -> None:
    owe("http://127.0.0.1:9/", time, lasting)
    assert is_any_pending(time, lasting)
    with emulating(time, lasting, no_worker=True) as emulator:
        drop(emulator)
    assert not is_any_pending(time, lasting)


def test_the_page_shows_no_callbacks_of_a_former_world(time: FakeClock, lasting: str) -> None:
    with receiving() as receiver:
        owe(receiver.url(), time, lasting, later=10)
        with emulating(time, lasting) as emulator, streaming(emulator) as told:
            time.go_on(10)
            next(told)
            assert "callback of an installation" in said(emulator)
            emulator.reset()
            assert "callback of an installation" not in said(emulator)


def test_the_page_says_that_older_callbacks_are_missing(
    time: FakeClock, lasting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving() as receiver:
        owe(receiver.url(), time, lasting, later=10)
        with emulating(time, lasting) as emulator, streaming(emulator) as told:
            assert "not looked at" not in said(emulator)
            time.go_on(10)
            next(told)
            assert "not looked at" not in said(emulator)
            monkeypatch.setattr(shown_callbacks, "_MOST_LOOKED_AT", 1)
            assert "the newest 1 callback; older ones are not looked at" in said(emulator)
            assert "no callbacks among the newest events; older" in said(emulator, vm_page(12346))


def test_the_journal_shows_the_url_that_an_order_names_without_its_secrets(emulator: Emulator) -> None:
    name, url = "post_install_callback", "http://me:hunter2@hooks.test/done?key=hunter2"
    emulator.call("eq", "list", **{name: url})
    emulator.call("eq", "list", **{name: "hunter2://me:hunter2@hooks.test"})
    emulator.call("eq", "list", **{f"{name}[]": [url]})
    emulator.call("eq", "list", token="unknown", **{name: url})
    calls = emulator.control("GET", "/requests")["requests"]
    assert [call["fields"][name] for call in calls] == ["http://hooks.test/done", "***", "***"]
    assert "hunter2" not in json.dumps(calls)
    assert "hunter2" not in emulator.http.get("/_emulator/requests").text


def test_the_port_of_an_embedded_server_is_its_own(time: FakeClock) -> None:
    apps: list[EmulatorApp] = []
    with server_thread(read_settings({}), time, apps.append) as url:
        assert apps[0].runtime.own_ports == {httpx.URL(url).port}


def test_the_port_of_somebody_elses_server_is_an_own_port_too() -> None:
    app = create_app()

    async def ask() -> None:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:18650") as http:
            await http.get("/_emulator/health")
        await app.aclose()

    asyncio.run(ask())
    assert app.runtime.own_ports == {18650}
