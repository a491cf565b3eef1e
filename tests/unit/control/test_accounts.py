"""Accounts are separate worlds."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.support.harness import Emulator, Json, running

FULL: Json = {"name": "ci-1", "scenario": "one-vm", "clock": "auto", "seed": 5, "token": "T0KEN", "api_key": "k", "user": "u",
        "password": "p"}  # fmt: skip


@pytest.fixture(autouse=True)
def purged(emulator: Emulator) -> Iterator[None]:
    yield
    emulator.http.post("/_emulator/purge")


def make(emulator: Emulator, status: int = 201, **body: Any) -> Json:
    response = emulator.http.post("/_emulator/accounts", content=json.dumps(body))
    assert response.status_code == status, response.text
    answer: Json = response.json()
    return answer


def test_an_account_is_created_as_requested(emulator: Emulator) -> None:
    answer = make(emulator, **FULL)
    clock = {"mode": "auto", "rate": 10, "polls": 1}
    assert answer.items() >= {**FULL, "clock": answer["clock"], "vms": [12345]}.items()
    assert answer["clock"].items() >= clock.items()
    assert emulator.http.get("/_emulator/accounts/ci-1").json().keys() | {"ignored"} == answer.keys()


def test_omitted_values_are_generated_or_server_defaults(emulator: Emulator) -> None:
    response = emulator.http.post("/_emulator/accounts")
    answer = response.json()
    assert (response.status_code, answer["scenario"]) == (201, "demo")
    assert answer["clock"]["mode"] == "frozen"
    assert answer["vms"] == [12345, 12346, 12347, 12348]
    assert all(answer[part] for part in ("name", "api_key", "token", "user", "password"))


def test_an_account_is_reached_by_its_own_credentials(emulator: Emulator) -> None:
    account = make(emulator, scenario="one-vm")
    by_key = emulator.call("auth", "login", key=account["api_key"])["result"]
    by_user = emulator.call("auth", "whmcslogin", user=account["user"], password=account["password"])[
        "result"
    ]
    for token in (account["token"], by_key["token"], by_user["token"]):
        assert emulator.call("eq", "list", token=token)["servers"] == [12345]


def test_worlds_do_not_affect_each_other(emulator: Emulator) -> None:
    account = make(emulator, clock="frozen")
    before = emulator.vm(12345)
    key = emulator.call_vm("create_snapshot", token=account["token"], name="a")["callback"]
    path = f"/_emulator/accounts/{account['name']}"
    emulator.http.post(f"{path}/clock/advance", content='{"seconds": 3600}')
    assert emulator.check(key)["result"] == "OK"
    assert emulator.vm(12345) == before
    emulator.reset()
    assert len(emulator.http.get(f"{path}/vms/12345").json()["snapshots"]) == 3


def test_two_accounts_with_one_seed_behave_alike_except_keys_and_tokens(emulator: Emulator) -> None:
    def run(name: str) -> str:
        account = make(emulator, name=name, seed=3, clock="frozen")
        path = f"/_emulator/accounts/{name}"
        emulator.call_vm("create_snapshot", token=account["token"], name="a")
        emulator.eq("on", 12346, token=account["token"])
        events = emulator.http.post(f"{path}/clock/advance", content='{"until": "idle"}').text
        seen = [events, emulator.http.get(f"{path}/vms").text, emulator.http.get(f"{path}/tasks").text]
        return re.sub('"[a-z0-9]{32}"', '"key"', "".join(seen))

    assert run("one") == run("other")


@pytest.mark.parametrize("part", ["name", "token", "api_key", "user"])
def test_a_value_that_another_account_has_is_409(emulator: Emulator, part: str) -> None:
    make(emulator, **FULL)
    error = make(emulator, 409, **{part: FULL[part]})["error"]
    assert (error["reason"], error["field"]) == ("in_use", part)


@pytest.mark.parametrize(
    ("body", "field"),
    [({"name": ""}, "name"), ({"name": "A"}, "name"), ({"name": "x" * 65}, "name"), ({"name": "a_b"}, "name"),
     ({"scenario": "none"}, "scenario"), ({"seed": -1}, "seed"), ({"clock": "fast"}, "clock.mode"),
     ({"clock": {"rate": 0}}, "clock.rate"), ({"token": "a b"}, "token"), ({"token": ""}, "token"),
     ({"api_key": "ключ"}, "api_key"), ({"user": "a\nb"}, "user"), ({"colour": "red"}, "colour"), ({"name": 5}, "name")],
)  # fmt: skip
def test_an_invalid_account_is_422_that_names_the_field(emulator: Emulator, body: Json, field: str) -> None:
    error = make(emulator, 422, **body)["error"]
    assert error["field"] == field
    assert len(emulator.http.get("/_emulator/accounts").json()["accounts"]) == 1


def test_a_removed_account_is_gone_with_everything_in_it(emulator: Emulator) -> None:
    account = make(emulator, name="short-lived")
    key = emulator.call_vm("get_snapshot", token=account["token"])["callback"]
    assert emulator.http.delete("/_emulator/accounts/short-lived").status_code == 204
    assert emulator.call("eq", "list", token=account["token"])["reason"] == "invalid_token"
    assert emulator.call("auth", "login", key=account["api_key"])["reason"] == "invalid_api_key"
    assert emulator.check(key)["reason"] == "key_not_found"
    for method in ("GET", "DELETE"):
        assert emulator.http.request(method, "/_emulator/accounts/short-lived").status_code == 404
    make(emulator, name="short-lived")


def test_demo_cannot_be_removed_and_survives_a_purge(emulator: Emulator) -> None:
    assert emulator.http.delete("/_emulator/accounts/demo").json()["error"]["reason"] == "demo_stays"
    names = [make(emulator)["name"] for _ in range(3)]
    assert emulator.http.post("/_emulator/purge").json() == {"removed": names}
    assert [a["name"] for a in emulator.http.get("/_emulator/accounts").json()["accounts"]] == ["demo"]


def test_the_clock_of_a_new_account_starts_as_configured(emulator: Emulator) -> None:
    assert make(emulator, clock="frozen", seed=1)["clock"]["now"] == "2030-01-01T00:00:00Z"
    chosen = {"mode": "real", "rate": 2.5, "polls": 3, "now": "2027-05-05T05:05:05Z"}
    account = make(emulator, clock=chosen)
    assert account["clock"].items() >= {"mode": "real", "rate": 2.5, "polls": 3}.items()
    assert account["clock"]["now"].startswith("2027-05-05T05:05:")
    path = f"/_emulator/accounts/{account['name']}"
    emulator.http.post(f"{path}/clock/advance", content='{"seconds": 100000}')
    assert emulator.http.post(f"{path}/reset").json()["clock"]["now"].startswith("2027-05-05T05:05:")


@pytest.mark.acceptance
def test_two_hundred_accounts_at_once_are_two_hundred_worlds(emulator: Emulator) -> None:
    def live(number: int) -> list[str]:
        account = make(emulator, name=f"parallel-{number}", clock="frozen")
        emulator.call_vm("create_snapshot", token=account["token"], name=f"mine-{number}")
        emulator.http.post(
            f"/_emulator/accounts/{account['name']}/clock/advance", content='{"until": "idle"}'
        )
        return emulator.listed(token=account["token"])

    with ThreadPoolExecutor(8) as pool:
        for number, names in enumerate(pool.map(live, range(200))):
            assert names == ["fresh-install", "before-release", f"mine-{number}"]


@pytest.mark.parametrize(
    "name", ["demo", "empty", "one-vm", "at-the-limit", "rotation", "mixed-kinds", "hosting", "large"]
)
def test_every_scenario_is_usable(emulator: Emulator, name: str) -> None:
    account = make(emulator, scenario=name, clock="frozen")
    vms = emulator.http.get(f"/_emulator/accounts/{account['name']}/vms").json()["vms"]
    assert [vm["id"] for vm in vms] == account["vms"]
    for vm in vms[:6]:
        answer = emulator.call_vm("create_snapshot", vm["id"], token=account["token"], name="new")
        assert answer.get("reason") in (None, "snapshot_limit", "not_supported")


def test_scenario_rotation_covers_three_cases(emulator: Emulator) -> None:
    account = make(emulator, scenario="rotation", clock="frozen")
    token = account["token"]
    reasons = [
        emulator.call_vm("create_snapshot", vm, token=token, name="new").get("reason")
        for vm in account["vms"]
    ]
    assert reasons == [None, None, "snapshot_limit"]
    emulator.http.post(f"/_emulator/accounts/{account['name']}/clock/advance", content='{"until": "idle"}')
    assert emulator.listed(12345, token=token)[0] == "second"
    assert emulator.listed(12346, token=token)[:2] == ["first", "third"]


def test_scenario_large_has_a_thousand_vms(emulator: Emulator) -> None:
    assert make(emulator, scenario="large")["vms"] == list(range(20001, 21001))


def test_unused_accounts_expire_and_demo_does_not() -> None:
    with running(account_ttl=600) as server, httpx.Client(base_url=server.url, timeout=60) as http:
        for name in ("used", "unused"):
            http.post("/_emulator/accounts", content=json.dumps({"name": name}))
        server.time.go_on(400)
        http.get("/_emulator/accounts/used/clock")
        server.time.go_on(400)
        for _ in range(10_000):
            http.post("/eq.php", data={"action": "list", "token": "HOSTKEY_TOKEN"})
            names = [account["name"] for account in http.get("/_emulator/accounts").json()["accounts"]]
            if "unused" not in names:
                break
        assert names == ["demo", "used"]
