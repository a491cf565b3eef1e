"""Contract 4: create, list, remove and restore snapshots."""

import json
import re
from datetime import datetime

import pytest

from harness import Emulator, Json


def state_of(vm: Json) -> tuple[object, ...]:
    """Return what a restore must bring back: the disk's and the memory's generation and fingerprint."""
    parts = (vm["disk"], vm["memory"])
    return tuple((part["generation"], part["fingerprint"]) for part in parts)


def power(emulator: Emulator, action: str, vm: int = 12345) -> None:
    assert emulator.do("eq", action, vm)["result"] == "OK"


@pytest.mark.clause("4.1")
def test_a_snapshot_is_listed_when_its_task_ends(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    assert emulator.listed() == ["fresh-install", "before-release"]
    emulator.advance(until=key)
    assert emulator.listed() == ["fresh-install", "before-release", "a"]


@pytest.mark.clause("4.1")
@pytest.mark.parametrize("name", ["a", "A-Z_0.9", ".", "-", "x" * 100])
def test_names_of_the_documented_characters_are_accepted(emulator: Emulator, name: str) -> None:
    assert emulator.do("vm", "create_snapshot", name=name)["context"]["name"] == name
    assert emulator.listed()[-1] == name


@pytest.mark.clause("4.1")
@pytest.mark.parametrize("rotations", ["", "0", "-1", "many", "9" * 400])
def test_num_rotation_is_ignored_whatever_it_is(emulator: Emulator, rotations: str) -> None:
    emulator.start("vm", "create_snapshot", name="a", num_rotation=rotations)


@pytest.mark.clause("4.2")
def test_the_list_comes_with_settings_and_a_key(emulator: Emulator) -> None:
    answer = emulator.vm("get_snapshot")
    assert set(answer) == {"result", "module", "action", "callback", "settings", "snapshots"}
    assert [row["name"] for row in answer["snapshots"]] == ["fresh-install", "before-release"]


@pytest.mark.clause("4.3")
def test_a_removed_snapshot_is_gone_when_the_task_ends(emulator: Emulator) -> None:
    key = emulator.start("vm", "remove_snapshot", 12346, name="tuesday")
    assert "tuesday" in emulator.listed(12346)
    emulator.advance(until=key)
    assert emulator.listed(12346) == ["monday", "wednesday", "thursday"]


@pytest.mark.clause("4.3", "4.4")
@pytest.mark.parametrize("action", ["remove_snapshot", "restore_snapshot"])
def test_openstack_id_must_be_the_snapshots_image(emulator: Emulator, action: str) -> None:
    image = emulator.vm("get_snapshot", 12346)["snapshots"][1]["openstack_image_id"]
    for other in ("x", "wrong_id", image[:-1], image.upper() + "0"):
        assert emulator.vm(action, 12346, name="tuesday", openstack_id=other)["reason"] == "image_mismatch"
    assert emulator.vm(action, 12346, name="tuesday", openstack_id="")["reason"] == "invalid_parameter"
    assert emulator.do("vm", action, 12346, name="tuesday", openstack_id=image)["result"] == "OK"


@pytest.mark.clause("4.4", "4.11")
def test_a_restore_brings_back_disk_and_memory(emulator: Emulator) -> None:
    before = state_of(emulator.whole())
    emulator.do("vm", "create_snapshot", name="a")
    emulator.advance(3600)
    assert state_of(emulator.whole()) != before
    power(emulator, "off")
    assert state_of(emulator.whole()) != before
    emulator.do("vm", "restore_snapshot", name="a")
    restored = emulator.whole()
    assert state_of(restored) == before
    assert restored["power"] == "off"


@pytest.mark.clause("4.11")
def test_held_memory_is_resumed_at_the_next_power_on(emulator: Emulator) -> None:
    _, memory = state_of(emulator.whole())
    emulator.do("vm", "create_snapshot", name="a")
    power(emulator, "off")
    emulator.do("vm", "restore_snapshot", name="a")
    power(emulator, "on")
    assert state_of(emulator.whole())[1] == memory
    emulator.advance(60)
    assert state_of(emulator.whole())[1] != memory


@pytest.mark.clause("4.11")
def test_a_snapshot_of_a_vm_that_is_off_holds_no_memory_and_a_boot_makes_a_new_one(
    emulator: Emulator,
) -> None:
    power(emulator, "off")
    off = state_of(emulator.whole())
    assert off[1][1] is None  # type: ignore[index]
    emulator.do("vm", "create_snapshot", name="a")
    power(emulator, "on")
    power(emulator, "off")
    emulator.do("vm", "restore_snapshot", name="a")
    assert state_of(emulator.whole()) == off
    power(emulator, "on")
    booted = state_of(emulator.whole())
    assert booted != off
    assert booted[1][1] is not None  # type: ignore[index]


@pytest.mark.clause("4.4")
def test_a_restore_deletes_what_was_made_later_excluded_or_not(emulator: Emulator) -> None:
    emulator.do("vm", "create_snapshot", 12346, name="other-type", type="backup")
    emulator.vm("update_restore_settings", 12346, **{"exclude_rotation[]": "thursday"})
    emulator.do("vm", "restore_snapshot", 12346, name="tuesday")
    assert emulator.listed(12346) == ["monday", "tuesday"]
    assert emulator.listed(12346, type="backup") == ["other-type"]


@pytest.mark.clause("4.6", "4.9")
def test_settings_change_at_once_and_what_is_left_out_stays(emulator: Emulator) -> None:
    defaults = {"num_max": 4, "enable_rotation": 0, "exclude_rotation": []}
    assert emulator.vm("get_snapshot")["settings"] == defaults
    answer = emulator.vm("update_restore_settings", enable_rotation=1)
    assert answer == {
        "result": "OK",
        "module": "vm",
        "action": "update_restore_settings",
        "settings": defaults | {"enable_rotation": 1},
    }
    names = {"exclude_rotation[]": ["b", "a", "b", "never-was"]}
    settings = emulator.vm("update_restore_settings", 12345, **names)["settings"]
    assert settings == defaults | {"enable_rotation": 1, "exclude_rotation": ["b", "a", "never-was"]}
    assert emulator.vm("get_snapshot")["settings"] == settings
    assert emulator.vm("get_snapshot", type="backup")["settings"] == defaults


@pytest.mark.clause("4.9")
def test_an_empty_name_alone_empties_the_list(emulator: Emulator) -> None:
    emulator.vm("update_restore_settings", 12348, **{"exclude_rotation[]": ""})
    assert emulator.vm("get_snapshot", 12348)["settings"]["exclude_rotation"] == []


@pytest.mark.clause("4.9")
def test_neither_field_is_nothing_to_update(emulator: Emulator) -> None:
    assert emulator.vm("update_restore_settings")["reason"] == "nothing_to_update"


@pytest.mark.clause("4.9")
@pytest.mark.parametrize("fields", [{"enable_rotation": "2"}, {"enable_rotation": ""}, {"enable_rotation": "on"},
                                    {"exclude_rotation[]": ["a", ""]}, {"exclude_rotation[]": "a b"},
                                    {"enable_rotation": "1", "exclude_rotation[]": "x" * 101}])  # fmt: skip
def test_bad_settings_are_refused_and_change_nothing(emulator: Emulator, fields: Json) -> None:
    before = emulator.whole(12348)
    assert emulator.vm("update_restore_settings", 12348, **fields)["reason"] == "invalid_parameter"
    assert emulator.whole(12348) == before


@pytest.mark.clause("4.9")
def test_an_excluded_name_stays_when_its_snapshot_goes(emulator: Emulator) -> None:
    emulator.do("vm", "remove_snapshot", 12348, name="golden")
    assert emulator.vm("get_snapshot", 12348)["settings"]["exclude_rotation"] == ["golden"]


@pytest.mark.clause("4.7")
def test_the_list_is_of_the_call_and_the_scope_of_the_tasks_end(emulator: Emulator) -> None:
    create = emulator.start("vm", "create_snapshot", name="a")
    due = emulator.control("GET", f"/tasks/{create}")["due_at"]
    now = emulator.clock()["now"]
    wait = (datetime.fromisoformat(due) - datetime.fromisoformat(now)).total_seconds() - 0.5
    emulator.advance(wait)
    answer = emulator.vm("get_snapshot")
    emulator.advance(until=answer["callback"])
    scope = json.loads(emulator.check(answer["callback"])["scope"])
    assert [row["name"] for row in answer["snapshots"]] == ["fresh-install", "before-release"]
    assert [row["name"] for row in scope["snapshots"]] == ["fresh-install", "before-release", "a"]


@pytest.mark.clause("4.8")
def test_a_row_has_the_names_that_clients_look_for(emulator: Emulator) -> None:
    emulator.do("vm", "create_snapshot", name="a")
    row = emulator.vm("get_snapshot")["snapshots"][-1]
    ended_at = datetime.fromisoformat(emulator.tasks()[0]["ended_at"])
    assert set(row) == {
        "name", "snapshot_id", "date", "created_at", "type", "status", "size", "total_size", "openstack_image_id",
    }  # fmt: skip
    assert isinstance(row["snapshot_id"], str)
    assert datetime.fromisoformat(row["created_at"]) == ended_at
    assert row["date"] == ended_at.strftime("%Y-%m-%d %H:%M:%S")
    assert (row["type"], row["status"]) == ("snapshot", "available")
    assert row["size"] == row["total_size"] > 0
    assert re.fullmatch("[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", row["openstack_image_id"])


@pytest.mark.clause("4.8")
def test_rows_are_oldest_first_and_their_ids_differ(emulator: Emulator) -> None:
    rows = [
        *emulator.vm("get_snapshot", 12346)["snapshots"],
        *emulator.vm("get_snapshot", 12348)["snapshots"],
    ]
    for name in ("snapshot_id", "openstack_image_id"):
        assert len({row[name] for row in rows}) == 8
    dates = [row["date"] for row in rows[:4]]
    assert dates == sorted(dates)


@pytest.mark.clause("4.10")
def test_at_the_limit_a_create_is_refused(emulator: Emulator) -> None:
    answer = emulator.vm("create_snapshot", 12346, name="friday")
    assert answer["reason"] == "snapshot_limit"
    assert "4 of 4" in answer["message"]
    assert len(emulator.listed(12346)) == 4


@pytest.mark.clause("4.10")
def test_each_type_has_its_own_limit(emulator: Emulator) -> None:
    assert emulator.do("vm", "create_snapshot", 12346, name="friday", type="backup")["result"] == "OK"


@pytest.mark.clause("4.10")
def test_rotation_removes_the_oldest_that_is_not_excluded_when_the_create_ends(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", 12348, name="nightly-4")
    assert emulator.listed(12348) == ["golden", "nightly-1", "nightly-2", "nightly-3"]
    emulator.advance(until=key)
    assert emulator.listed(12348) == ["golden", "nightly-2", "nightly-3", "nightly-4"]


@pytest.mark.clause("4.10")
def test_rotation_goes_by_the_settings_of_the_moment_the_create_ends(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", 12348, name="nightly-4")
    emulator.vm("update_restore_settings", 12348, **{"exclude_rotation[]": "nightly-1"})
    emulator.advance(until=key)
    assert emulator.listed(12348) == ["nightly-1", "nightly-2", "nightly-3", "nightly-4"]


@pytest.mark.clause("4.10")
def test_a_create_that_can_rotate_nothing_fails_and_changes_nothing(emulator: Emulator) -> None:
    before = emulator.whole(12348)
    everything = ["golden", "nightly-1", "nightly-2", "nightly-3"]
    key = emulator.start("vm", "create_snapshot", 12348, name="nightly-4")
    emulator.vm("update_restore_settings", 12348, **{"exclude_rotation[]": everything})
    emulator.advance(until=key)
    assert emulator.check(key)["result"] == "Fail"
    after = emulator.whole(12348)
    assert after["snapshots"] == before["snapshots"]
    assert (after["disk"], after["memory"], after["locked_by"]) == (before["disk"], before["memory"], None)


@pytest.mark.clause("4.10")
def test_a_create_is_refused_when_all_are_excluded_at_the_call(emulator: Emulator) -> None:
    everything = ["golden", "nightly-1", "nightly-2", "nightly-3"]
    emulator.vm("update_restore_settings", 12348, **{"exclude_rotation[]": everything})
    answer = emulator.vm("create_snapshot", 12348, name="nightly-4")
    assert answer["reason"] == "snapshot_limit"


@pytest.mark.clause("4.11")
@pytest.mark.parametrize("action", ["remove_snapshot", "restore_snapshot"])
def test_removing_and_restoring_need_the_vm_off(emulator: Emulator, action: str) -> None:
    assert emulator.vm(action, name="fresh-install")["reason"] == "vm_running"
    power(emulator, "off")
    assert emulator.do("vm", action, name="fresh-install")["result"] == "OK"


@pytest.mark.clause("4.12")
@pytest.mark.parametrize(
    ("module", "action", "vm"),
    [
        ("vm", "create_snapshot", 12345),
        ("vm", "remove_snapshot", 12346),
        ("vm", "restore_snapshot", 12346),
        ("eq", "on", 12346),
        ("eq", "off", 12345),
        ("eq", "hard_off", 12345),
        ("eq", "reboot", 12345),
    ],
)
def test_a_changing_task_locks_its_vm_until_it_ends(
    emulator: Emulator, module: str, action: str, vm: int
) -> None:
    name = "new" if action == "create_snapshot" else "monday"
    key = emulator.start(module, action, vm, name=name)
    assert emulator.whole(vm)["locked_by"] == key
    for other, change in (
        ("vm", "create_snapshot"), ("vm", "remove_snapshot"), ("vm", "restore_snapshot"),
        ("eq", "on"), ("eq", "off"), ("eq", "hard_off"), ("eq", "reboot"),
    ):  # fmt: skip
        assert emulator.call(other, change, id=vm, name="monday")["reason"] == "vm_locked"
    for other, reading in (("vm", "get_snapshot"), ("vm", "load_stats"), ("eq", "status")):
        assert emulator.do(other, reading, vm)["result"] == "OK"
    emulator.advance(until=key)
    assert emulator.whole(vm)["locked_by"] is None


@pytest.mark.clause("4.12")
def test_reading_tasks_do_not_lock(emulator: Emulator) -> None:
    for module, action in (("vm", "get_snapshot"), ("vm", "load_stats"), ("eq", "status")):
        emulator.start(module, action)
    assert emulator.whole()["locked_by"] is None
    emulator.start("vm", "create_snapshot", name="a")


@pytest.mark.clause("4.12")
def test_settings_can_be_changed_while_a_vm_is_locked(emulator: Emulator) -> None:
    emulator.start("vm", "create_snapshot", name="a")
    assert emulator.vm("update_restore_settings", enable_rotation=1)["result"] == "OK"


@pytest.mark.clause("4.13")
def test_a_name_is_taken_within_its_type_and_compared_exactly(emulator: Emulator) -> None:
    assert emulator.vm("create_snapshot", name="fresh-install")["reason"] == "name_taken"
    emulator.do("vm", "create_snapshot", name="Fresh-Install")
    emulator.do("vm", "create_snapshot", name="fresh-install", type="backup")
    emulator.do("vm", "create_snapshot", 12348, name="fresh-install")


@pytest.mark.clause("4.14")
@pytest.mark.parametrize(
    "action",
    ["create_snapshot", "get_snapshot", "remove_snapshot", "restore_snapshot", "update_restore_settings"],
)
def test_a_vds_has_no_snapshots_nor_settings(emulator: Emulator, action: str) -> None:
    answer = emulator.vm(action, 12347, name="a", enable_rotation=1)
    assert answer["reason"] == "not_supported"


@pytest.mark.clause("4.14")
def test_a_vds_has_statistics_and_power(emulator: Emulator) -> None:
    assert emulator.do("vm", "load_stats", 12347)["result"] == "OK"
    assert emulator.do("eq", "off", 12347)["scope"] == "VM is down now"


@pytest.mark.clause("4.16")
def test_get_engine_lists_the_accounts_engines(emulator: Emulator) -> None:
    expected = {"result": "OK", "module": "vm", "action": "get_engine", "engines": ["openstack", "ovirt"]}
    assert emulator.call("vm", "get_engine") == expected
    assert emulator.call("vm", "get_engine", id="nonsense", x="y") == expected


@pytest.mark.clause("8.2")
def test_running_boots_and_shutdowns_change_a_vm(emulator: Emulator) -> None:
    seen = [state_of(emulator.whole())]
    emulator.advance(1)
    seen.append(state_of(emulator.whole()))
    for action in ("reboot", "off", "on"):
        power(emulator, action)
        seen.append(state_of(emulator.whole()))
    assert len(set(seen)) == len(seen)
    power(emulator, "off")
    off = state_of(emulator.whole())
    emulator.advance(3600)
    assert state_of(emulator.whole()) == off


@pytest.mark.clause("8.2")
def test_a_vm_stands_still_while_its_snapshot_is_taken(emulator: Emulator) -> None:
    emulator.advance(10)
    before = state_of(emulator.whole())
    key = emulator.start("vm", "create_snapshot", name="a")
    emulator.advance(20)
    assert state_of(emulator.whole()) == before
    emulator.advance(until=key)
    assert state_of(emulator.whole()) == before
    emulator.advance(1)
    assert state_of(emulator.whole()) != before


@pytest.mark.clause("8.3")
def test_a_snapshots_size_is_used_disk_and_memory_if_running(emulator: Emulator) -> None:
    def make(name: str) -> tuple[int, float]:
        used = emulator.whole()["disk"]["used_gb"]
        emulator.do("vm", "create_snapshot", name=name)
        return emulator.vm("get_snapshot")["snapshots"][-1]["size"], used

    gib = 1024**3
    running, used = make("running")
    assert running == used * gib + 4096 * 1024**2
    emulator.advance(24 * 3600)
    power(emulator, "off")
    off, used_later = make("off")
    assert used_later > used
    assert off == used_later * gib
    emulator.do("vm", "restore_snapshot", name="running")
    assert emulator.whole()["disk"]["used_gb"] == used


@pytest.mark.clause("8.3")
def test_used_disk_ends_at_95_percent(emulator: Emulator) -> None:
    emulator.advance(10 * 365 * 24 * 3600)
    assert emulator.whole()["disk"]["used_gb"] == pytest.approx(38, abs=0.01)


@pytest.mark.clause("8.4")
def test_two_runs_with_the_same_seed_answer_alike_but_for_keys(emulator: Emulator) -> None:
    def run() -> str:
        emulator.reset(seed=99)
        emulator.advance(100)
        answers = [
            emulator.do("vm", "create_snapshot", name="a"),
            emulator.do("vm", "load_stats"),
            emulator.vm("get_snapshot"),
            emulator.eq("show"),
            emulator.do("eq", "off"),
            emulator.do("vm", "restore_snapshot", name="a"),
            emulator.control("GET", "/vms"),
            emulator.control("GET", "/tasks"),
        ]
        return re.sub(r'"[a-z0-9]{32}"', '"key"', json.dumps(answers))

    assert run() == run()


@pytest.mark.clause("8.4")
def test_another_seed_draws_otherwise(emulator: Emulator) -> None:
    def due_at(seed: int) -> object:
        emulator.reset(seed=seed)
        emulator.start("vm", "create_snapshot", name="a")
        return emulator.tasks()[0]["due_at"]

    assert due_at(1) != due_at(2)


@pytest.mark.clause("8.4")
def test_what_one_vm_draws_does_not_depend_on_calls_about_others(emulator: Emulator) -> None:
    def due_at() -> object:
        return emulator.control("GET", f"/tasks/{emulator.start('vm', 'create_snapshot', name='a')}")[
            "due_at"
        ]

    alone = due_at()
    emulator.reset()
    emulator.start("vm", "get_snapshot", 12346)
    emulator.start("vm", "create_snapshot", 12348, name="x")
    assert due_at() == alone
