"""An account's world is exported and imported, here or elsewhere."""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from invapi_emulator.testing import Account, ControlFailure
from invapi_emulator.testing import Emulator as Control
from invapi_emulator.worlds.named import scenario_names
from tests.support.harness import Emulator, Json
from tests.support.worlds_in_use import (
    bytes_of,
    call,
    exported,
    later,
    live_through_everything,
    live_through_faults,
    put,
)


@pytest.mark.parametrize("scenario", scenario_names())
def test_importing_an_export_changes_nothing_in_any_scenario(emulator: Emulator, scenario: str) -> None:
    emulator.reset(scenario=scenario)
    for seconds in (0, 90.0625):
        emulator.advance(seconds)
        before = bytes_of(emulator), emulator.control("GET", "/vms")
        put(emulator, json.loads(before[0]))
        assert (bytes_of(emulator), emulator.control("GET", "/vms")) == before


@pytest.mark.parametrize("live", [live_through_everything, live_through_faults])
def test_importing_an_export_changes_nothing_in_a_world_in_use(
    emulator: Emulator, live: Callable[[Emulator], None]
) -> None:
    live(emulator)
    before = bytes_of(emulator), emulator.control("GET", "/vms"), emulator.tasks, emulator.clock
    answer = put(emulator, json.loads(before[0]))
    assert (bytes_of(emulator), emulator.control("GET", "/vms"), emulator.tasks, emulator.clock) == before
    assert answer["keys"] == {}
    assert answer["vms"] == [12345, 12346, 12347, 12348]


def test_the_world_in_use_contains_everything_that_an_export_could_lose(emulator: Emulator) -> None:
    live_through_everything(emulator)
    state = exported(emulator)
    one, two, three, four = state["vms"]
    assert (one["power"], one["running_since"], bool(one["memory"]["fingerprint"])) == ("off", None, True)
    assert [change["power"] for change in one["power_changes"]] == ["off"]
    assert two["settings"]["weekly"]["exclude_rotation"] == ["gone", "other"]
    assert {task["state"] for vm in state["vms"] for task in vm["tasks"]} == {"running", "done", "failed"}
    assert any(task.get("spent") for task in one["tasks"])
    assert (four["power"], four["running_since"]) == ("on", None)
    assert {(row["type"], row["status"]) for row in four["snapshots"]} == {
        ("snapshot", "available"), ("snapshot", "error"), ("weekly", "available")}  # fmt: skip
    assert three["tasks"][0]["context"]["comment"] == "odd \x00 \u2028 \U0001f600"
    assert not re.search("HOSTKEY_TOKEN|demo-api-key|demo-password", json.dumps(state))


@pytest.mark.parametrize("live", [live_through_everything, live_through_faults])
def test_original_and_copy_continue_alike(
    emulator: Emulator, original: Account, copy: Account, live: Callable[[Emulator], None]
) -> None:
    live(emulator)
    state = original.export()
    answer = copy.import_(state)
    assert set(answer["keys"]) == {task["key"] for vm in state["vms"] for task in vm["tasks"]}
    assert len({*answer["keys"], *answer["keys"].values()}) == 2 * len(answer["keys"])
    assert copy.seed == original.seed
    text = json.dumps(state).replace('"account": "demo"', '"account": "copy"')
    for key, issued in answer["keys"].items():
        text = text.replace(key, issued)
    assert copy.export() == json.loads(text)
    assert later(copy) == later(original)


def test_a_task_of_a_copy_is_only_found_by_its_new_key(
    emulator: Emulator, original: Account, copy: Account
) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    issued = copy.import_(original.export())["keys"][key]
    assert copy.vm(12345)["locked_by"] == issued
    copy.advance(90)
    assert call(copy, "eq_callback", "check", key=issued)["result"] == "OK"
    assert emulator.check(key)["result"] == "Not ready"


def test_keys_return_with_the_world_of_their_own_account(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    state = exported(emulator)
    emulator.advance(90)
    emulator.reset()
    assert emulator.check(key)["reason"] == "key_not_found"
    assert put(emulator, state)["keys"] == {}
    assert emulator.check(key)["result"] == "Not ready"
    emulator.advance(90)
    assert emulator.check(key)["result"] == "OK"


def test_keys_after_an_import_differ_from_those_before(emulator: Emulator) -> None:
    state = exported(emulator)
    keys = set()
    for _ in range(3):
        keys.add(emulator.start("vm", "create_snapshot", name="a"))
        put(emulator, state)
    assert len(keys) == 3


def test_a_world_without_an_account_keeps_the_free_keys(
    emulator: Emulator, original: Account, copy: Account
) -> None:
    held = emulator.start("eq", "status")
    task = {"action": "status", "key": held}
    answer = copy.import_({"vms": [{"id": 1, "tasks": [task, {"action": "status", "key": "k" * 32}]}]})
    assert list(answer["keys"]) == [held]
    assert [task["key"] for task in copy.tasks] == [answer["keys"][held], "k" * 32]
    assert original.tasks[0]["key"] == held


def test_a_generated_key_differs_from_all_given_ones(control: Control) -> None:
    first = {"vms": [{"id": 1, "tasks": [{"action": "status"}]}]}
    with control.account(name="twin", scenario="empty", seed=5) as account:
        account.import_(first)
        keys = [account.tasks[0]["key"], *(call(account, "eq", "status", id=1)["callback"] for _ in range(3))]
    given = [{"action": "status", "key": key} for key in (keys[0], keys[3])]
    second = {"vms": [*first["vms"], {"id": 2, "tasks": given}]}
    with control.account(name="twin", scenario="empty", seed=5) as account:
        assert account.import_(second)["keys"] == {}
        assert [task["key"] for task in account.tasks][1:] == [keys[0], keys[3]]
        made = [account.tasks[0]["key"], *(call(account, "eq", "status", id=1)["callback"] for _ in range(3))]
        assert not {*made} & {keys[0], keys[3]}


def test_a_key_that_several_accounts_import_at_once_goes_to_one(control: Control) -> None:
    """On PostgreSQL another account may take the key meanwhile. The others are then told to send it again."""
    world = {"vms": [{"id": 1, "tasks": [{"action": "status", "key": "s" * 32}]}]}

    def take(account: Account) -> str:
        try:
            account.import_(world)
        except ControlFailure as refusal:
            assert (refusal.status, refusal.answer["error"]["reason"]) == (409, "in_use")  # noqa: PT017
            account.import_(world)
        return str(account.tasks[0]["key"])

    accounts = [control.account(scenario="empty") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(take, accounts))
    for account in accounts:
        account.close()
    assert len(set(keys)) == 4
    assert "s" * 32 in keys


def test_imports_of_one_world_that_race_are_all_taken(control: Control) -> None:
    """Another import may be stored while one is built. It has the same keys, and the account then gets those of either."""
    vms = [{"id": n, "tasks": [{"action": "status", "key": f"{n:032}"}]} for n in range(1, 301)]
    with control.account(scenario="empty") as account, ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: account.import_({"vms": vms})["keys"], range(12)))
        assert taken == [{}] * 12
        assert {task["key"] for task in account.tasks} == {f"{n:032}" for n in range(1, 301)}


def test_credentials_login_tokens_journal_and_events_stay(emulator: Emulator) -> None:
    token = emulator.call("auth", "login", key="demo-api-key")["result"]["token"]
    emulator.call("auth", "logout")
    state = exported(emulator)
    seen = len(emulator.control("GET", "/requests")["requests"])
    put(emulator, {"vms": [{"id": 1}]})
    assert emulator.call("eq", "list")["reason"] == "invalid_token"
    assert emulator.call("eq", "list", token=token)["servers"] == [1]
    assert len(emulator.control("GET", "/requests")["requests"]) == min(1000, seen + 1)
    put(emulator, state)
    assert emulator.call("eq", "list", token=token)["servers"] == [12345, 12346, 12347, 12348]


@pytest.mark.acceptance
def test_the_newest_login_tokens_survive_an_import_with_a_smaller_counter(emulator: Emulator) -> None:
    def log_in() -> str:
        token: str = emulator.call("auth", "login", key="demo-api-key")["result"]["token"]
        return token

    first, state = log_in(), exported(emulator)
    for _ in range(999):
        log_in()
    put(emulator, state)
    last = log_in()
    assert emulator.call("eq", "list", token=last)["result"] == "OK"
    assert emulator.call("eq", "list", token=first)["reason"] == "invalid_token"


def test_parts_that_a_world_omits_stay_as_they_were(emulator: Emulator) -> None:
    emulator.advance(100)
    before = emulator.clock
    answer = put(emulator, {"vms": []})
    assert (answer["clock"], answer["seed"], answer["vms"]) == (before, 7, [])
    assert exported(emulator)["counters"] == {"sequence": 0, "faults": 0}


def test_an_import_can_set_the_clock_back_and_change_its_mode(emulator: Emulator) -> None:
    emulator.advance(3600)
    clock = {"mode": "auto", "rate": 2.5, "polls": 3, "now": "2029-01-01T00:00:00Z"}
    answer = put(emulator, {"clock": clock, "vms": []})
    assert answer["clock"]["now"].startswith("2029-01-01T00:00:0")
    assert answer["clock"].items() >= (clock.items() - {("now", clock["now"])})
    assert put(emulator, {"clock": "frozen"})["clock"]["mode"] == "frozen"


def test_an_imported_seed_gives_other_results_and_survives_a_reset(emulator: Emulator) -> None:
    def uuid(**world: Any) -> str:
        put(emulator, world | {"vms": [{"id": 1}]})
        vms: list[Json] = exported(emulator)["vms"]
        return str(vms[0]["uuid"])

    assert uuid(seed=1) != uuid(seed=2)
    assert uuid(seed=1) == uuid()
    assert emulator.http.post("/_emulator/accounts/demo/reset").json()["seed"] == 1
