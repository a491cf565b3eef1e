"""The calls on which a rule fires: match, skip, times, probability, the order of rules."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.harness import Emulator, Json


def fired(emulator: Emulator) -> list[int]:
    return [rule["fired"] for rule in emulator.control("GET", "/faults")["faults"]]


def reasons(emulator: Emulator, calls: int) -> list[str]:
    return [emulator.call("eq", "list").get("reason", "ok") for _ in range(calls)]


def test_a_rule_fires_once_by_default(emulator: Emulator) -> None:
    emulator.fault("reject")
    assert reasons(emulator, 3) == ["fault", "ok", "ok"]


def test_skip_ignores_the_first_calls_and_times_limits_the_rest(emulator: Emulator) -> None:
    emulator.fault("reject", skip=1, times=2)
    assert reasons(emulator, 5) == ["ok", "fault", "fault", "ok", "ok"]
    (rule,) = emulator.control("GET", "/faults")["faults"]
    assert (rule["seen"], rule["fired"]) == (3, 2)


def test_times_null_is_always(emulator: Emulator) -> None:
    emulator.fault("reject", times=None)
    assert reasons(emulator, 20) == ["fault"] * 20


def test_the_first_rule_wins_until_it_is_used_up(emulator: Emulator) -> None:
    emulator.fault("reject", message="first")
    emulator.fault("reject", message="second")
    assert [emulator.call("eq", "list").get("message") for _ in range(3)] == ["first", "second", None]


def test_one_rule_of_each_phase_fires(emulator: Emulator) -> None:
    emulator.fault("reject")
    emulator.fault("malformed_json", times=2)
    with pytest.raises(ValueError, match="Expecting"):
        emulator.call("eq", "list")
    assert fired(emulator) == [1, 1]


def test_module_action_and_id_restrict_a_rule(emulator: Emulator) -> None:
    emulator.fault("reject", times=None, match={"module": "vm", "action": "get_snapshot", "id": 12346})
    assert emulator.eq("status", 12346)["result"] == "OK"
    assert emulator.call_vm("load_stats", 12346)["result"] == "OK"
    assert emulator.call_vm("get_snapshot", 12345)["result"] == "OK"
    assert emulator.call_vm("get_snapshot", 12346)["reason"] == "fault"
    assert emulator.call_vm("get_snapshot", "0012346")["reason"] == "fault"  # type: ignore[arg-type]


def test_fields_restrict_a_rule_as_they_are_sent(emulator: Emulator) -> None:
    emulator.fault("reject", match={"fields": {"name": "b", "exclude_rotation": ["x", "y"]}})
    names: Json = {"exclude_rotation[0]": "x", "exclude_rotation[1]": "y"}
    assert emulator.call_vm("update_restore_settings", name="a", **names)["result"] == "OK"
    assert emulator.call_vm("update_restore_settings", name="b")["reason"] == "nothing_to_update"
    assert emulator.call_vm("update_restore_settings", name="b", **names)["reason"] == "fault"


def test_a_check_matches_by_its_tasks_account_and_vm(emulator: Emulator) -> None:
    emulator.fault("reject", match={"module": "eq_callback", "id": 12346})
    mine, other = emulator.start("eq", "status", 12346), emulator.start("eq", "status", 12345)
    assert emulator.check(other)["result"] == "Not ready"
    assert emulator.check(mine)["reason"] == "fault"


def test_a_login_matches_by_its_keys_account(emulator: Emulator) -> None:
    emulator.fault("reject", match={"action": "login"})
    assert emulator.call("auth", "login", key="demo-api-key")["reason"] == "fault"
    assert "token" in emulator.call("auth", "login", key="demo-api-key")["result"]


@pytest.mark.parametrize("call", ["token", "parameter", "action"])
def test_a_call_refused_earlier_does_not_count_for_rules(emulator: Emulator, call: str) -> None:
    emulator.fault("reject", times=None)
    wrong: Json = {"token": {"token": "no"}, "parameter": {"id": "x"}, "action": {"action": "no"}}[call]
    form = {"action": "get_snapshot", "token": "HOSTKEY_TOKEN", "id": "12345"} | wrong
    answer = emulator.answer(emulator.http.post("/vm.php", data=form))
    assert answer["reason"] in {"invalid_token", "invalid_parameter", "unknown_action"}
    assert fired(emulator) == [0]


def test_rules_are_asked_before_vm_not_found(emulator: Emulator) -> None:
    emulator.fault("reject")
    assert emulator.call_vm("get_snapshot", 1)["reason"] == "fault"
    assert emulator.call_vm("get_snapshot", 1)["reason"] == "vm_not_found"


def test_a_rule_that_needs_acceptance_ignores_a_refused_call(emulator: Emulator) -> None:
    emulator.fault("rejected_but_done")
    emulator.fault("task_hangs")
    assert emulator.call_vm("create_snapshot", 12346, name="a")["reason"] == "snapshot_limit"
    assert fired(emulator) == [0, 0]
    assert emulator.call_vm("create_snapshot", 12345, name="a")["reason"] == "fault"
    assert fired(emulator) == [1, 1]


def test_with_a_probability_the_seed_chooses_the_calls(emulator: Emulator) -> None:
    runs = []
    for seed in (7, 7, 8):
        emulator.reset(seed=seed)
        emulator.fault("reject", times=None, probability=0.5)
        runs.append(reasons(emulator, 40))
    assert runs[0] == runs[1] != runs[2]
    assert 5 < runs[0].count("fault") < 35


def test_a_rule_fires_exactly_as_often_as_it_says_with_many_clients(emulator: Emulator) -> None:
    emulator.fault("reject", skip=3, times=5)
    with ThreadPoolExecutor(16) as clients:
        answers = list(clients.map(lambda _: emulator.call("eq", "list").get("reason"), range(60)))
    assert answers.count("fault") == 5
    assert fired(emulator) == [5]


def test_a_check_that_moves_an_auto_clock_is_counted_once(emulator: Emulator) -> None:
    emulator.set_clock(mode="auto", polls=0)
    emulator.fault("reject", skip=1, match={"action": "check"})
    key = emulator.start("eq", "status")
    assert emulator.check(key)["result"] == "OK"
    (rule,) = emulator.control("GET", "/faults")["faults"]
    assert (rule["seen"], rule["fired"]) == (1, 0)


def test_a_disabled_rule_neither_fires_nor_counts(emulator: Emulator) -> None:
    rule = emulator.fault("reject")
    assert emulator.control("PATCH", f"/faults/{rule['id']}", {"enabled": False})["enabled"] is False
    assert reasons(emulator, 2) == ["ok", "ok"]
    emulator.control("PATCH", f"/faults/{rule['id']}", {"enabled": True})
    assert reasons(emulator, 2) == ["fault", "ok"]


def test_a_reset_removes_the_rules_and_numbers_them_from_one_again(emulator: Emulator) -> None:
    emulator.fault("reject")
    emulator.reset()
    assert fired(emulator) == []
    assert emulator.fault("reject")["id"] == 1


def test_ids_of_removed_rules_are_not_used_again(emulator: Emulator) -> None:
    first = emulator.fault("reject")
    assert emulator.http.delete(f"/_emulator/accounts/demo/faults/{first['id']}").status_code == 204
    assert emulator.fault("reject")["id"] == first["id"] + 1


def test_the_journal_the_events_and_the_task_show_what_fired(emulator: Emulator) -> None:
    emulator.fault("slow_task", factor=2)
    emulator.fault("rejected_but_done")
    emulator.eq("off")
    call = emulator.control("GET", "/requests")["requests"][-1]
    assert (call["fault"], call["reason"], call["result"]) == (
        "slow_task, rejected_but_done",
        "fault",
        "refused",
    )
    (task,) = emulator.tasks
    assert (task["key"], task["fault"]) == (call["task"], "slow_task")
    events = emulator.advance(0.001)["events"]
    assert [event["kind"] for event in events] == []
