"""The application without its server: in a test over ASGI, or mounted in another application."""

import asyncio
import re
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from starlette.middleware.base import RequestResponseEndpoint

from invapi_emulator import __version__
from invapi_emulator.application import create_app, create_app_from_env
from invapi_emulator.engine.action import modules
from invapi_emulator.settings import Settings
from tests.support.harness import TOKEN

BROWSER = {"accept": "text/html"}


def asked(
    app: FastAPI, talk: Callable[[httpx.AsyncClient], Awaitable[Any]], at: str = "http://localhost"
) -> Any:
    """Let a client talk to an application over ASGI. Return the result."""

    async def within() -> Any:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=at) as http:
            return await talk(http)

    return asyncio.run(within())


async def snapshot_made(http: httpx.AsyncClient, root: str = "") -> dict[str, Any]:
    """Make a snapshot as a client does. Return the final check."""
    create = {"action": "create_snapshot", "token": TOKEN, "id": "12345", "name": "nightly"}
    key = (await http.post(f"{root}/vm.php", data=create)).json()["callback"]
    moved = await http.post(f"{root}/_emulator/accounts/demo/clock/advance", json={"until": "idle"})
    assert moved.status_code == 200, moved.text
    done: dict[str, Any] = (
        await http.post(f"{root}/eq_callback.php", data={"action": "check", "key": key})
    ).json()
    return done


def test_it_is_a_fastapi_application_with_every_route() -> None:
    app = create_app()
    assert isinstance(app, FastAPI)
    assert app.version == __version__
    described = set(app.openapi()["paths"])
    assert described >= {f"/{module}.php" for module in modules()} | {
        "/_emulator/health",
        "/_emulator/live",
        "/_emulator/accounts/{name}/state",
    }
    assert {getattr(route, "path", "") for route in app.routes} >= {f"/{module}.php" for module in modules()}
    asyncio.run(app.aclose())


def test_a_client_needs_no_socket_and_no_lifespan() -> None:
    app = create_app()

    async def talk(http: httpx.AsyncClient) -> None:
        assert (await snapshot_made(http))["result"] == "OK"
        await app.aclose()

    asked(app, talk)


def test_the_lifespan_opens_and_closes_it() -> None:
    app = create_app()

    async def within() -> None:
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http,
        ):
            assert (await snapshot_made(http))["result"] == "OK"

    asyncio.run(within())
    assert asked(app, after_the_end) == (503, "unavailable")


async def after_the_end(http: httpx.AsyncClient) -> tuple[int, str]:
    answer = await http.post("/eq.php", data={"action": "list", "token": TOKEN})
    return answer.status_code, answer.headers["x-emulator-reason"]


def test_after_closing_it_has_no_thread_and_refuses_calls() -> None:
    before = set(threading.enumerate())
    app = create_app()

    async def talk(http: httpx.AsyncClient) -> tuple[int, str]:
        await snapshot_made(http)
        await app.aclose()
        await app.aclose()
        return await after_the_end(http)

    assert asked(app, talk) == (503, "unavailable")
    assert set(threading.enumerate()) <= before


def test_several_applications_have_separate_worlds() -> None:
    apps = create_app(), create_app()

    async def talk(http: httpx.AsyncClient) -> Any:
        await http.post("/_emulator/accounts", json={"name": "of-one"})
        return len((await http.get("/_emulator/accounts")).json()["accounts"])

    assert [asked(app, talk) for app in apps] == [2, 2]
    for app in apps:
        asyncio.run(app.aclose())


def test_an_application_continues_in_the_next_event_loop() -> None:
    app = create_app()
    assert asked(app, snapshot_made)["result"] == "OK"

    async def again(http: httpx.AsyncClient) -> Any:
        listed = await http.post("/vm.php", data={"action": "get_snapshot", "token": TOKEN, "id": "12345"})
        await app.aclose()
        return [row["name"] for row in listed.json()["snapshots"]]

    assert "nightly" in asked(app, again)


def test_an_application_refuses_a_second_event_loop_beside_the_first() -> None:
    app = create_app()

    async def first(http: httpx.AsyncClient) -> None:
        assert (await snapshot_made(http))["result"] == "OK"
        with pytest.raises(RuntimeError, match="runs in another event loop"):
            await asyncio.to_thread(asked, app, snapshot_made)
        await app.aclose()

    asked(app, first)


def test_it_reads_the_environment_only_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVAPI_EMULATOR_ADMIN_TOKEN", "a-long-secret")

    async def talk(http: httpx.AsyncClient) -> int:
        return (await http.get("/_emulator/accounts")).status_code

    for make, status in ((create_app, 200), (create_app_from_env, 401)):
        app = make()
        assert asked(app, talk) == status
        asyncio.run(app.aclose())


def test_it_takes_settings() -> None:
    app = create_app(Settings(clock="frozen", seed=7, scenario="one-vm"))

    async def shown(http: httpx.AsyncClient) -> Any:
        account = (await http.get("/_emulator/accounts/demo")).json()
        await app.aclose()
        return account

    account = asked(app, shown)
    assert (account["scenario"], account["seed"], account["clock"]["mode"]) == ("one-vm", 7, "frozen")


@pytest.fixture
def mounted() -> Iterator[FastAPI]:
    outer, app = FastAPI(), create_app(Settings(clock="frozen"))
    outer.mount("/at/emulator", app)

    @outer.get("/own")
    async def own() -> str:
        return "here"

    yield outer
    asyncio.run(app.aclose())


def test_it_can_be_mounted_in_another_application(mounted: FastAPI) -> None:
    async def talk(http: httpx.AsyncClient) -> None:
        assert (await http.get("/own")).json() == "here"
        assert (await snapshot_made(http, "/at/emulator"))["result"] == "OK"
        index = (await http.get("/at/emulator/")).json()
        for path in (index["control"], index["openapi"], index["docs"]):
            assert path.startswith("/at/emulator/")
            assert (await http.get(path)).status_code == 200, path
        assert "/at/emulator/vm.php" in index["modules"]

    asked(mounted, talk)


@pytest.mark.parametrize(
    "page", ["", "_emulator/ui/accounts", "_emulator/ui/accounts/demo/vms/12345", "docs"]
)
def test_the_links_of_a_mounted_page_work(mounted: FastAPI, page: str) -> None:
    root = "/at/emulator/"

    async def talk(http: httpx.AsyncClient) -> int:
        answer = await http.get(root + page, headers=BROWSER)
        assert answer.status_code == 200
        found = set(re.findall(r'(?:href|src|action)="([^"#?][^"]*)"', answer.text))
        for path in found:
            absolute = str(httpx.URL(f"http://localhost{root}{page}").join(path).path)
            assert absolute.startswith(root), path
            assert (await http.get(absolute, headers=BROWSER)).status_code == 200, path
        asked_by_script = re.findall(r'data-control="\w+ ([^"]*)"', answer.text)
        assert all(path.startswith(root) for path in asked_by_script)
        return len(found)

    assert asked(mounted, talk) > 0


def test_a_mounted_login_redirects_to_where_it_is_mounted() -> None:
    outer, app = FastAPI(), create_app(Settings(admin_token="a-long-secret"))
    outer.mount("/emulator", app)

    async def talk(http: httpx.AsyncClient) -> None:
        sent = await http.get("/emulator/_emulator/ui/accounts", headers=BROWSER)
        assert sent.headers["location"].startswith("/emulator/_emulator/ui/login?next=")
        form = await http.get(sent.headers["location"], headers=BROWSER)
        assert 'action="/emulator/_emulator/ui/login"' in form.text
        let_in = await http.post(
            "/emulator/_emulator/ui/login",
            data={"token": "a-long-secret", "next": "/emulator/_emulator/ui/accounts"},
        )
        assert let_in.headers["location"] == "/emulator/_emulator/ui/accounts"
        assert "Path=/emulator" in let_in.headers["set-cookie"]
        assert (await http.get(let_in.headers["location"], headers=BROWSER)).status_code == 200
        out = await http.post("/emulator/_emulator/ui/logout")
        assert out.headers["location"] == "/emulator/_emulator/ui/login"
        await app.aclose()

    asked(outer, talk)


@pytest.mark.parametrize("path", ["/", "/_emulator/ui", "/eq.php", "/nothing"])
def test_a_websocket_is_refused_everywhere(path: str) -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(create_app()({"type": "websocket", "path": path, "headers": []}, receive, send))
    assert sent == [{"type": "websocket.close"}]


def test_the_examples_of_the_documentation_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "embedding.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(examples) == 3
    for example in examples:
        exec(compile(example, "embedding.md", "exec"), {})


def test_an_added_middleware_only_sees_the_control_api() -> None:
    app = create_app()
    seen: list[str] = []

    @app.middleware("http")
    async def note(request: Request, go_on: RequestResponseEndpoint) -> Response:
        seen.append(request.url.path)
        return await go_on(request)

    async def talk(http: httpx.AsyncClient) -> None:
        await http.post("/eq.php", data={"action": "list", "token": TOKEN})
        await http.get("/_emulator/health")
        await app.aclose()

    asked(app, talk)
    assert seen == ["/_emulator/health"]
