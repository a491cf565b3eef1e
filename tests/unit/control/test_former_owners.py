"""A token or key that another account had once belongs to the account that has it now."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.harness import Emulator, Json

ACCOUNTS = "/_emulator/accounts"
KEY = "x" * 32
WORLD = {"vms": [{"id": 5, "tasks": [{"action": "status", "key": KEY}]}], "clock": "frozen"}


@pytest.fixture(autouse=True)
def purged(emulator: Emulator) -> Iterator[None]:
    yield
    emulator.http.post("/_emulator/purge")


def make(emulator: Emulator, status: int = 201, **body: Any) -> Json:
    body = {"scenario": "one-vm", "clock": "frozen", **body}
    response = emulator.http.post(ACCOUNTS, content=json.dumps(body))
    assert response.status_code == status, response.text
    answer: Json = response.json()
    return answer


def login(emulator: Emulator, key: str) -> str:
    token: str = emulator.call("auth", "login", key=key)["result"]["token"]
    return token


def import_world(emulator: Emulator, name: str) -> Json:
    response = emulator.http.put(f"{ACCOUNTS}/{name}/state", content=json.dumps(WORLD))
    assert response.status_code == 200, response.text
    keys: Json = response.json()["keys"]
    return keys


@pytest.mark.parametrize("ending", [("POST", "reset"), ("DELETE", "vms/5")])
def test_a_task_key_is_checked_in_the_account_that_has_it_now(
    emulator: Emulator, ending: tuple[str, str]
) -> None:
    for name in ("former", "present"):
        make(emulator, name=name, scenario="empty")
    import_world(emulator, "former")
    assert emulator.check(KEY)["result"] == "Not ready"
    emulator.http.request(ending[0], f"{ACCOUNTS}/former/{ending[1]}").raise_for_status()
    # A worker clears the former world away: until then its key is taken.
    assert any(import_world(emulator, "present") == {} for _ in range(500))
    assert emulator.check(KEY)["result"] == "Not ready"
    [call] = emulator.http.get(f"{ACCOUNTS}/present/requests").json()["requests"]
    assert (call["action"], call["result"]) == ("check", "ok")


def test_an_api_key_that_was_deleted_elsewhere_logs_in_to_its_account(emulator: Emulator) -> None:
    former = make(emulator)
    added = emulator.call("api_keys", "add", token=former["token"], **{"params[name]": "n"})["data"]
    login(emulator, added["api_key"])
    emulator.call("api_keys", "delete", token=former["token"], **{"params[id]": added["id"]})
    present = make(emulator, api_key=added["api_key"])
    token = login(emulator, added["api_key"])
    assert emulator.call("auth", "info", token=token)["result"]["email"] == present["user"]


@pytest.fixture
def logged_out(emulator: Emulator) -> str:
    """Return a token that an account used until it logged out."""
    token = login(emulator, make(emulator)["api_key"])
    assert emulator.call("eq", "list", token=token)["servers"] == [12345]
    assert emulator.call("auth", "logout", token=token)["result"] == "OK"
    return token


def test_a_token_that_was_logged_out_elsewhere_is_that_of_its_account(
    emulator: Emulator, logged_out: str
) -> None:
    make(emulator, token=logged_out, scenario="mixed-kinds")
    assert emulator.call("eq", "list", token=logged_out)["servers"] != [12345]


def test_a_call_without_an_action_is_in_the_journal_of_the_tokens_account(
    emulator: Emulator, logged_out: str
) -> None:
    present = make(emulator, token=logged_out)
    emulator.http.post("/eq.php", data={"token": logged_out})
    journal = emulator.http.get(f"{ACCOUNTS}/{present['name']}/requests").json()["requests"]
    assert [call["module"] for call in journal] == ["eq"]


def test_the_login_token_of_another_account_is_409(emulator: Emulator) -> None:
    other = make(emulator)
    token = login(emulator, other["api_key"])
    error = make(emulator, 409, token=token)["error"]
    assert (error["reason"], error["field"]) == ("in_use", "token")
    assert emulator.call("auth", "info", token=token)["result"]["email"] == other["user"]
