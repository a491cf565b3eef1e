"""Whichever commit or write of a request the database refuses: with Retry-After, the request has had no effect."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from invapi_emulator.storage.backends.sqlite_connection import SqliteConnection
from invapi_emulator.storage.errors import CannotWrite
from tests.support.harness import SEED, TOKEN, Emulator, running

DEMO = "/_emulator/accounts/demo"
RULE = {"kind": "reject", "match": {"action": "off"}}

Request = tuple[str, str, Any]
"""Method, path and body."""

REQUESTS: tuple[Request, ...] = (
    ("POST", f"{DEMO}/clock/advance", {"seconds": 60}),
    ("POST", f"{DEMO}/clock/advance", {"until": "idle"}),
    ("PUT", f"{DEMO}/clock", {"rate": 5}),
    ("PUT", f"{DEMO}/profile", {"profile": "instant"}),
    ("PUT", f"{DEMO}/assumptions", {"A-06": "code-message"}),
    ("POST", f"{DEMO}/reset", {"scenario": "one-vm"}),
    ("PUT", f"{DEMO}/state", {"vms": [{"id": 7}]}),
    ("POST", f"{DEMO}/vms", {"id": 7}),
    ("PATCH", f"{DEMO}/vms/12345", {"hostname": "renamed"}),
    ("DELETE", f"{DEMO}/vms/12345", None),
    ("POST", f"{DEMO}/faults", RULE),
    ("DELETE", f"{DEMO}/requests", None),
    ("POST", "/_emulator/accounts", {"name": "third"}),
    ("DELETE", "/_emulator/accounts/first", None),
    ("POST", "/_emulator/purge", None),
    ("POST", "/vm.php", {"action": "create_snapshot", "token": TOKEN, "id": 12346, "name": "new"}),
    ("POST", "/eq.php", {"action": "off", "token": TOKEN, "id": 12346}),
)


def sent(http: httpx.Client, method: str, path: str, body: Any) -> httpx.Response:
    if path.endswith(".php"):
        return http.request(method, path, data=body)
    return http.request(method, path, json=body)


def everything(http: httpx.Client) -> list[str]:
    """Return all accounts with their worlds, as JSON. Keys of tasks differ from reset to reset, and are left out."""
    accounts = http.get("/_emulator/accounts").json()["accounts"]
    worlds = [http.get(f"/_emulator/accounts/{each['name']}/state").text for each in accounts]
    return [re.sub(r'"[a-z0-9]{32}"', "a key", world) for world in worlds]


Refusal = tuple[str, Exception]
"""A method of the connection, and what it raises."""

COMMIT: Refusal = ("commit", CannotWrite("the disk is full"))
WRITE: Refusal = ("write", OperationalError("", None, Exception("the disk is full"), hide_parameters=True))


def refuse(refusal: Refusal, number: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let the database refuse the commit, or the write, of this number; 0 refuses none. Return a list that tells of it."""
    method, error = refusal
    carry_out, numbers, refused = getattr(SqliteConnection, method), count(1), list[int]()

    def carry_out_or_not(self: SqliteConnection, *words: Any) -> None:
        if next(numbers) == number:
            refused.append(number)
            raise error
        carry_out(self, *words)

    monkeypatch.setattr(SqliteConnection, method, carry_out_or_not)
    return refused


@dataclass
class Outcome:
    answer: httpx.Response
    refused: bool
    before: list[str]
    after: list[str]


@pytest.fixture(scope="module")
def beside() -> Iterator[Emulator]:
    """Return a client of a server in memory, in which no other test makes anything."""
    with running(db=":memory:") as server, httpx.Client(base_url=server.url) as http:
        yield Emulator(server, http)


def outcome(emulator: Emulator, request: Request, refusal: Refusal, number: int) -> Outcome:
    """Send a request to a world as at the start, whose database refuses something once."""
    prepare(emulator)
    before = everything(emulator.http)
    with pytest.MonkeyPatch.context() as monkeypatch:
        was_refused = refuse(refusal, number, monkeypatch)
        answer = sent(emulator.http, *request)
    return Outcome(answer, bool(was_refused), before, everything(emulator.http))


def prepare(emulator: Emulator) -> None:
    """Make two accounts beside demo, and a task of it that is not due."""
    emulator.http.post("/_emulator/purge").raise_for_status()
    emulator.reset(scenario="demo", seed=SEED)
    emulator.clear_requests()
    for name in ("first", "second"):
        wanted = {"name": name, "seed": SEED}
        emulator.http.post("/_emulator/accounts", json=wanted).raise_for_status()
    emulator.start("vm", "create_snapshot", name="under-way")


SEVERAL_UNITS = [request for request in REQUESTS if "clock" in request[1] or request[1].endswith("reset")]
"""The requests that more than one unit of work carries out."""


@pytest.mark.parametrize(
    ("refusal", "request_"),
    [
        *(pytest.param(COMMIT, each, id=f"commit of {each[0]} {each[1]}") for each in REQUESTS),
        *(pytest.param(WRITE, each, id=f"write of {each[0]} {each[1]}") for each in SEVERAL_UNITS),
    ],
)
def test_a_request_that_the_database_refuses_is_done_or_told_as_what_it_is(
    beside: Emulator, refusal: Refusal, request_: Request
) -> None:
    done = outcome(beside, request_, refusal, 0)
    assert done.answer.is_success, done.answer.text
    for number in count(1):
        found = outcome(beside, request_, refusal, number)
        if not found.refused:
            assert number > 1
            break
        if found.answer.is_success:  # it was nothing that must be kept
            assert found.after == done.after
        elif "retry-after" in found.answer.headers:
            assert found.after == found.before
        else:
            assert found.after != found.before
            assert "disk is full" in found.answer.json()["error"]["message"]
