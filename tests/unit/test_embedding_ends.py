"""When an application without its server begins and ends: first requests at once, closing, and several lifespans."""

import asyncio
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Barrier

import httpx
import pytest

from invapi_emulator.application import EmulatorApp, create_app
from invapi_emulator.settings import Settings
from tests.support.harness import TOKEN
from tests.support.processes import DEADLINE
from tests.unit.test_embedding import asked, snapshot_made

LIST = {"action": "list", "token": TOKEN}
THREADS = 3


@asynccontextmanager
async def client_of(app: EmulatorApp) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http:
        yield http


async def statuses(http: httpx.AsyncClient) -> list[int]:
    """Ask a module, the control API and the page, and return their statuses."""
    called = await http.post("/eq.php", data=LIST)
    others = [await http.get(path) for path in ("/_emulator/health", "/_emulator/accounts", "/", "/metrics")]
    return [answer.status_code for answer in (called, *others)]


FINE, CLOSED = [200] * 5, [503] * 5


@pytest.fixture
def hasty() -> Iterator[None]:
    """Let threads take turns as often as they can.

    Coverage does not trace them: Python refuses to start a trace function in two threads at the same time.
    """
    before, trace = sys.getswitchinterval(), threading.gettrace()
    threading.settrace(None)
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)
    threading.settrace(trace)


def of_threads_at_once(app: EmulatorApp) -> Counter[str]:
    """Let threads with a loop each make the first requests. Count their answers. All loops run until all are answered."""
    start, end = Barrier(THREADS), Barrier(THREADS)

    async def first(http: httpx.AsyncClient) -> str:
        await asyncio.to_thread(start.wait, DEADLINE)
        try:
            answer = str(await asyncio.wait_for(statuses(http), DEADLINE / 2))
        except Exception as problem:  # noqa: BLE001 - each is an answer that is counted
            answer = f"{type(problem).__name__}: {problem}"[:52]
        await asyncio.to_thread(end.wait, DEADLINE)
        return answer

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(lambda _: asked(app, first), range(THREADS)))


@pytest.mark.usefixtures("hasty")
def test_of_first_requests_in_several_event_loops_at_once_one_is_answered() -> None:
    for _ in range(5):
        app = create_app()
        refused = "RuntimeError: this application runs in another event loop"
        assert of_threads_at_once(app) == {str(FINE): 1, refused[:52]: THREADS - 1}
        assert asked(app, statuses) == FINE
        asyncio.run(app.aclose())


@pytest.mark.usefixtures("hasty")
def test_threads_that_ask_for_the_routes_at_once_get_all_of_them() -> None:
    app, start = create_app(), Barrier(THREADS)

    def routes() -> int:
        start.wait(DEADLINE)
        return len(app.routes)

    with ThreadPoolExecutor(THREADS) as pool:
        counts = set(pool.map(lambda _: routes(), range(THREADS)))
    assert counts == {len(app.routes)}


def test_another_event_loop_cannot_close_it() -> None:
    app = create_app()

    async def talk(http: httpx.AsyncClient) -> None:
        assert await statuses(http) == FINE
        with pytest.raises(RuntimeError, match="runs in another event loop"):
            await asyncio.to_thread(asyncio.run, app.aclose())
        assert await statuses(http) == FINE
        await app.aclose()

    asked(app, talk)


@pytest.mark.parametrize("is_used", [False, True])
def test_a_closed_application_says_what_opens_it(*, is_used: bool) -> None:
    app = create_app()

    async def talk(http: httpx.AsyncClient) -> None:
        if is_used:
            assert await statuses(http) == FINE
        await app.aclose()
        await app.aclose()
        assert await statuses(http) == CLOSED
        called, asked_control = await http.post("/eq.php", data=LIST), await http.get("/_emulator/accounts")
        assert called.headers["x-emulator-reason"] == asked_control.json()["error"]["reason"] == "unavailable"
        for answer in (called, asked_control):
            assert "is closed; run its lifespan to open it again" in answer.text

    asked(app, talk)
    assert asked(app, statuses) == CLOSED


def test_the_routes_of_a_closed_application_open_no_worlds(tmp_path: Path) -> None:
    app = create_app(Settings(db=str(tmp_path / "worlds.db")))
    asyncio.run(app.aclose())
    assert app.routes
    assert not list(tmp_path.iterdir())


async def names(http: httpx.AsyncClient) -> list[str]:
    listed = (
        await http.post("/vm.php", data={"action": "get_snapshot", "token": TOKEN, "id": "12345"})
    ).json()
    return [row["name"] for row in listed["snapshots"]]


@pytest.mark.parametrize("in_file", [False, True])
def test_a_further_lifespan_opens_it_again(tmp_path: Path, *, in_file: bool) -> None:
    """Worlds in memory are new then."""
    app = create_app(Settings(db=str(tmp_path / "worlds.db") if in_file else "", admin_token=""))

    async def lives() -> list[str]:
        async with client_of(app) as http:
            await app.aclose()
            async with app.router.lifespan_context(app):
                assert (await snapshot_made(http))["result"] == "OK"
                assert await statuses(http) == FINE
            assert await statuses(http) == CLOSED
            async with app.router.lifespan_context(app):
                assert await statuses(http) == FINE
                return await names(http)

    assert ("nightly" in asyncio.run(lives())) is in_file


def test_a_lifespan_within_another_leaves_it_open() -> None:
    app = create_app()

    async def lives() -> None:
        async with client_of(app) as http, app.router.lifespan_context(app):
            async with app.router.lifespan_context(app):
                assert (await snapshot_made(http))["result"] == "OK"
            assert "nightly" in await names(http)

    asyncio.run(lives())
    assert asked(app, statuses) == CLOSED


def test_a_failure_within_a_lifespan_closes_it() -> None:
    app = create_app()

    async def live() -> None:
        async with app.router.lifespan_context(app):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(live())
    assert asked(app, statuses) == CLOSED


def test_loops_that_take_turns_share_its_worlds() -> None:
    app, loops = create_app(), [asyncio.new_event_loop() for _ in range(2)]

    async def talk() -> list[int]:
        async with client_of(app) as http:
            return await statuses(http)

    for loop in (*loops, *loops):
        assert loop.run_until_complete(talk()) == FINE
    for loop in loops:
        assert len(asyncio.all_tasks(loop)) <= 2
        loop.run_until_complete(app.aclose())
        loop.close()


def test_a_lifespan_that_its_loop_left_open_does_not_keep_the_application_open() -> None:
    app = create_app(Settings(clock="frozen"))

    lifespan = app.router.lifespan_context(app)

    async def left_open() -> list[int]:
        await lifespan.__aenter__()
        async with client_of(app) as http:
            return await statuses(http)

    async def another() -> tuple[list[int], list[int]]:
        async with client_of(app) as http:
            async with app.router.lifespan_context(app):
                during = await statuses(http)
            return during, await statuses(http)

    former = asyncio.new_event_loop()
    former.set_exception_handler(
        lambda *_: None
    )  # its tasks are destroyed at some later time, within any test
    assert former.run_until_complete(left_open()) == FINE
    former.close()
    assert asyncio.run(another()) == (FINE, CLOSED)
