"""A request that takes several steps does not go on with another account that has got the name meanwhile."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest

from invapi_emulator.control import changing, importing, large_bodies, reset, worlds
from invapi_emulator.process import pace
from tests.support.harness import Emulator, Json, running

PATH = "/_emulator/accounts/same"
WORLD: Json = {"vms": [{"id": number, "hostname": "of-the-former"} for number in range(1, 300)]}
Step = Callable[..., Awaitable[Any]]


@pytest.fixture(autouse=True)
def purged(emulator: Emulator) -> Iterator[None]:
    yield
    emulator.http.post("/_emulator/purge")


def make(http: httpx.Client, scenario: str = "one-vm") -> None:
    made = http.post("/_emulator/accounts", json={"name": "same", "scenario": scenario, "clock": "real"})
    assert made.status_code == 201, made.text


def outrun(http: httpx.Client, step: Step, *, first: bool = True) -> tuple[Step, list[Json]]:
    """Return the step, before or after which another account gets the name, once; and what that account has then."""
    happened, begun = list[Json](), list[bool]()

    def another() -> None:
        assert http.delete(PATH).status_code == 204
        make(http, "mixed-kinds")
        happened.append(exported(http))

    async def outrun_once(*args: Any, **named: Any) -> Any:
        if begun:
            return await step(*args, **named)
        begun.append(True)
        if first:
            await asyncio.to_thread(another)
        result = await step(*args, **named)
        if not first:
            await asyncio.to_thread(another)
        return result

    return outrun_once, happened


def exported(http: httpx.Client) -> Json:
    world: Json = http.get(f"{PATH}/state").json()
    world.pop("clock")
    return world


PUT = ("PUT", "/state", WORLD)
RESET = ("POST", "/reset", {"scenario": "rotation"})
PATCH = ("PATCH", "/vms/12345", {"hostname": "of-the-former"})


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(
    ("place", "name", "sent"),
    [
        (large_bodies, "in_turns", PUT),
        (importing, "in_turns", PUT),
        (importing, "built", PUT),
        (reset, "built", RESET),
        (changing, "built", PATCH),
    ],
    ids=["parsed", "read", "import", "reset", "patch"],
)
def test_a_request_that_began_before_the_account_was_removed_does_not_touch_the_new_one(
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    place: Any,
    name: str,
    sent: tuple[str, str, Json],
    first: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    make(emulator.http)
    step, happened = outrun(emulator.http, getattr(place, name), first=first)
    monkeypatch.setattr(place, name, step)
    with httpx.Client(base_url=emulator.url, timeout=60) as http:
        answer = http.request(sent[0], f"{PATH}{sent[1]}", content=json.dumps(sent[2]))
    assert (answer.status_code, answer.json()["error"]["reason"]) == (404, "account_not_found")
    assert exported(emulator.http) == happened[0]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/faults", {"kind": "reject"}), ("PUT", "/profile", {"profile": "slow"}), ("POST", "/reset", None)],
)  # fmt: skip
def test_a_request_that_settles_much_first_does_not_touch_the_new_account(
    monkeypatch: pytest.MonkeyPatch, method: str, path: str, body: Json | None
) -> None:
    tasks = [{"action": "status"}]
    with (
        running() as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
        httpx.Client(base_url=server.url, timeout=60) as beside,
    ):
        make(http)
        many = {"vms": [{"id": number, "tasks": tasks} for number in range(1, 3_000)]}
        assert http.put(f"{PATH}/state", content=json.dumps(many)).status_code == 200
        step, happened = outrun(beside, pace.give_way)
        monkeypatch.setattr(worlds, "give_way", step)
        server.time.go_on(86_400)
        answer = http.request(method, f"{PATH}{path}", content=None if body is None else json.dumps(body))
        assert (answer.status_code, answer.json()["error"]["reason"]) == (404, "account_not_found")
        assert exported(http) == happened[0]
