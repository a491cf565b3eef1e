"""Profiles: how long work takes, and all that the contract leaves open, from one seed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from invapi_emulator.domain.instants import SECOND, parse_iso
from tests.support.harness import Emulator, running

NUMBERS = {
    "account_id",
    "code",
    "id",
    "servers",
    "customer_id",
    "token_expire",
    "virtual",
    "main_ip",
    "IsMain",
}


def length(task: dict[str, Any]) -> float:
    return (parse_iso(task["due_at"]) - parse_iso(task["created_at"])) / SECOND


@contextmanager
def served(**settings: Any) -> Iterator[Emulator]:
    with running(**settings) as server, httpx.Client(base_url=server.url, timeout=60) as http:
        yield Emulator(server, http)


def create_takes(emulator: Emulator) -> float:
    emulator.start("vm", "create_snapshot", name="a")
    return length(emulator.tasks[0])


def test_instant_work_is_done_by_the_next_call_and_was_a_task_all_the_same(emulator: Emulator) -> None:
    emulator.control("PUT", "/profile", {"profile": "instant"})
    key = emulator.start("vm", "create_snapshot", name="a")
    assert emulator.listed() == ["fresh-install", "before-release", "a"]
    assert emulator.check(key)["result"] == "OK"
    assert emulator.check(key)["reason"] == "key_spent"
    assert emulator.do("eq", "off")["result"] == "OK"


def test_slow_work_takes_five_times_as_long(emulator: Emulator) -> None:
    realistic = create_takes(emulator)
    emulator.reset()
    emulator.control("PUT", "/profile", {"profile": "slow"})
    assert create_takes(emulator) == pytest.approx(5 * realistic, rel=0.001)


def test_a_profile_holds_for_accounts_made_new_and_comes_back_with_a_reset() -> None:
    with served(profile="slow") as emulator:
        assert emulator.control("GET", "")["profile"] == "slow"
        emulator.control("PUT", "/profile", {"profile": "instant"})
        assert emulator.reset()["profile"] == "slow"
        made = emulator.http.post("/_emulator/accounts", json={"profile": "hostile"}).json()
        assert made["profile"] == "hostile"


def test_a_profile_that_there_is_not_is_refused(emulator: Emulator) -> None:
    answer = emulator.control("PUT", "/profile", {"profile": "kind"}, status=422)
    assert answer["error"]["field"] == "profile"


def story(emulator: Emulator) -> list[str]:
    """Let a client live for a while; return every byte that it was told."""
    told: list[str] = []

    def call(module: str, action: str, vm: int = 12345, **fields: Any) -> Any:
        form = {"action": action, "token": "HOSTKEY_TOKEN", "id": vm, **fields}
        told.append(emulator.http.post(f"/{module}.php", data=form).text)
        return json.loads(told[-1])

    for number in range(12):
        key = call("vm", "create_snapshot", 12348, name=f"s{number}")["callback"]
        emulator.advance(until=key)
        while call("eq_callback", "check", key=key)["result"] == "Not ready":
            pass
        call("vm", "get_snapshot", 12348)
        call("eq", "show")
        call("eq", "list")
        emulator.advance(until="idle")
    return told


def test_a_hostile_world_takes_its_freedoms() -> None:
    with served(profile="hostile", seed=3) as emulator:
        told = [json.loads(text) for text in story(emulator)]
    shows = [answer for answer in told if "server_data" in answer]
    assert {type(answer["hardware"]["cpu_count"]) for answer in shows} == {int, str}
    assert len({tuple(answer) for answer in shows}) > 1, "fields come in one order only"
    assert len({frozenset(answer) for answer in shows}) > 1, "there is never a field more"
    lists = [answer["servers"] for answer in told if answer.get("action") == "list"]
    assert {tuple(sorted(ids)) for ids in lists} == {(12345, 12346, 12347, 12348)}
    assert len({tuple(ids) for ids in lists}) > 1


def numbers_in(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of the fields that clauses call numbers, with their names."""
    if isinstance(value, dict):
        for inner, item in value.items():
            yield from numbers_in(item, inner)
    elif isinstance(value, list):
        for item in value:
            yield from numbers_in(item, name)
    elif name in NUMBERS:
        yield name, value


@pytest.mark.clause("5.1")
@pytest.mark.clause("6.1")
@pytest.mark.clause("6.2")
def test_a_hostile_world_keeps_numbers_that_a_clause_calls_numbers() -> None:
    found: list[tuple[str, Any]] = []
    with served(profile="hostile", seed=3) as emulator:
        for _ in range(20):
            found += numbers_in(emulator.call("auth", "login", key="demo-api-key"))
            found += numbers_in(emulator.call("auth", "info"))
            found += numbers_in(emulator.call("eq", "list"))
            found += numbers_in(emulator.call("eq", "list", full=1))
            found += numbers_in(emulator.eq("show"))
            found += numbers_in(emulator.eq("show", 1))
            found += numbers_in(emulator.do("eq", "status"))
    assert {name for name, _ in found} == NUMBERS
    assert {type(value) for _, value in found} == {int}


def test_a_hostile_world_keeps_the_number_of_an_invoice() -> None:
    order = {"preset": "vm.pico", "location_name": "NL", "os_id": 187}
    with served(profile="hostile", seed=3) as emulator:
        answers = [emulator.call("eq", "order_instance", **order, hostname=f"web-{n}") for n in range(8)]
    assert [answer["invoice"] for answer in answers] == list(range(100_001, 100_009))


def test_a_hostile_world_says_of_one_check_in_twenty_that_the_task_has_not_ended() -> None:
    with served(profile="hostile", seed=3) as emulator:
        keys = [emulator.start("eq", "status") for _ in range(200)]
        emulator.advance(until="idle")
        first = [emulator.check(key) for key in keys]
        late = [answer["key"] for answer in first if answer["result"] == "Not ready"]
        assert 2 <= len(late) <= 25
        assert all(set(answer) == {"result", "key"} for answer in first if answer["result"] == "Not ready")
        while late:
            late = [key for key in late if emulator.check(key)["result"] == "Not ready"]
        assert {emulator.check(key)["reason"] for key in keys} == {"key_spent"}


def test_a_hostile_worlds_tasks_take_very_different_times_and_its_lists_are_late() -> None:
    with served(profile="hostile", seed=3) as emulator:
        late = []
        for number in range(12):
            name = f"s{number}"
            key = emulator.start("vm", "create_snapshot", 12348, name=name)
            emulator.advance(until=key)
            late.append(name not in emulator.listed(12348))
            emulator.advance(until="idle")
            emulator.advance(60)
            assert name in emulator.listed(12348)
        lengths = [length(task) for task in emulator.tasks if task["action"] == "create_snapshot"]
    assert set(late) == {True, False}
    assert max(lengths) > 2 * min(lengths)


def test_the_same_seed_is_hostile_in_the_same_way_to_the_byte() -> None:
    with served(profile="hostile", seed=3) as first:
        one = story(first)
    with served(profile="hostile", seed=3) as second:
        other = story(second)
    with served(profile="hostile", seed=4) as third:
        elsewhere = story(third)
    assert one == other
    assert one != elsewhere


def test_a_world_that_is_put_back_goes_on_with_its_profile(emulator: Emulator) -> None:
    emulator.control("PUT", "/profile", {"profile": "hostile"})
    state = emulator.control("GET", "/state")
    assert state["profile"] == "hostile"
    emulator.reset()
    emulator.control("PUT", "/state", state)
    assert emulator.control("GET", "")["profile"] == "hostile"


def test_a_hostile_server_without_a_seed_says_which_it_drew(caplog: pytest.LogCaptureFixture) -> None:
    with served(profile="hostile", seed=None) as emulator:
        drawn = emulator.control("GET", "")["seed"]
        made = emulator.http.post("/_emulator/accounts", json={}).json()
    assert f"--seed {drawn} repeats them" in caplog.text
    assert made["seed"] == drawn


def shapes(emulator: Emulator, account: str = "demo") -> list[bytes]:
    """Return answers that have neither keys nor tokens in them."""
    token = emulator.http.get(f"/_emulator/accounts/{account}").json()["token"]
    form = {"action": "show", "token": token, "id": 12345}
    return [emulator.http.post("/eq.php", data=form).content for _ in range(5)]


def test_a_hostile_world_that_is_started_again_repeats_itself() -> None:
    with served(profile="hostile") as emulator:
        first = shapes(emulator)
        emulator.reset()
        assert shapes(emulator) == first


def test_a_copy_of_a_hostile_world_goes_on_as_the_original() -> None:
    with served(profile="hostile") as emulator:
        shapes(emulator)
        state = emulator.control("GET", "/state")
        emulator.http.post("/_emulator/accounts", json={"name": "copy"})
        emulator.http.put("/_emulator/accounts/copy/state", json=state)
        assert shapes(emulator, "copy") == shapes(emulator)


def test_a_message_that_looks_like_data_is_answered_as_it_is(emulator: Emulator) -> None:
    emulator.control("PUT", "/profile", {"profile": "hostile"})
    key = emulator.start("eq", "off")
    emulator.control("POST", f"/tasks/{key}/fail", {"error": "{no data"})
    answers = [emulator.check(key) for _ in range(3)]
    assert "{no data" in {answer.get("scope") for answer in answers}


def test_a_profiles_rules_are_not_the_accounts_own(emulator: Emulator) -> None:
    emulator.control("PUT", "/profile", {"profile": "hostile"})
    story(emulator)
    assert emulator.control("GET", "/faults") == {"faults": []}
    assert emulator.control("GET", "/state")["faults"] == []
    assert {line["fault"] for line in emulator.control("GET", "/requests")["requests"][-50:]} == {None}
    assert {task["fault"] for task in emulator.tasks} == {None}
    assert "fault_fired" not in {event["kind"] for event in emulator.advance(seconds=0)["events"]}


def test_an_accounts_own_rules_come_after_its_profiles(emulator: Emulator) -> None:
    lengths = []
    for rules in ([], [{"kind": "slow_task", "factor": 100, "times": None}]):
        emulator.reset()
        emulator.control("PUT", "/profile", {"profile": "hostile"})
        for rule in rules:
            emulator.control("POST", "/faults", rule, status=201)
        emulator.start("vm", "create_snapshot", name="a")
        lengths.append(length(emulator.tasks[0]))
    assert lengths[1] == pytest.approx(100 * lengths[0])
    assert emulator.tasks[0]["fault"] == "slow_task"
