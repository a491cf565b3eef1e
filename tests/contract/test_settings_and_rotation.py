"""Contract 4.6, 4.9, 4.10: settings, limits, rotation."""

import pytest

from tests.support.harness import Emulator, Json


@pytest.mark.clause("4.6", "4.9")
@pytest.mark.follows("A-18")
def test_settings_change_at_once_and_omitted_ones_stay(emulator: Emulator) -> None:
    defaults = {"num_max": 4, "enable_rotation": 0, "exclude_rotation": []}
    assert emulator.call_vm("get_snapshot")["settings"] == defaults
    answer = emulator.call_vm("update_restore_settings", enable_rotation=1)
    assert answer == {
        "result": "OK",
        "module": "vm",
        "action": "update_restore_settings",
        "settings": defaults | {"enable_rotation": 1},
    }
    names = {"exclude_rotation[]": ["b", "a", "b", "never-was"]}
    settings = emulator.call_vm("update_restore_settings", 12345, **names)["settings"]
    assert settings == defaults | {"enable_rotation": 1, "exclude_rotation": ["b", "a", "never-was"]}
    assert emulator.call_vm("get_snapshot")["settings"] == settings
    assert emulator.call_vm("get_snapshot", type="backup")["settings"] == defaults


@pytest.mark.clause("4.9")
@pytest.mark.follows("A-18")
def test_an_empty_name_alone_empties_the_list(emulator: Emulator) -> None:
    emulator.call_vm("update_restore_settings", 12348, **{"exclude_rotation[]": ""})
    assert emulator.call_vm("get_snapshot", 12348)["settings"]["exclude_rotation"] == []


@pytest.mark.clause("4.9")
def test_an_update_without_fields_is_refused(emulator: Emulator) -> None:
    assert emulator.call_vm("update_restore_settings")["reason"] == "nothing_to_update"


@pytest.mark.clause("4.9")
@pytest.mark.parametrize("fields", [{"enable_rotation": "2"}, {"enable_rotation": ""}, {"enable_rotation": "on"},
                                    {"exclude_rotation[]": ["a", ""]}, {"exclude_rotation[]": "a b"},
                                    {"enable_rotation": "1", "exclude_rotation[]": "x" * 101}])  # fmt: skip
def test_bad_settings_are_refused_and_change_nothing(emulator: Emulator, fields: Json) -> None:
    before = emulator.vm(12348)
    assert emulator.call_vm("update_restore_settings", 12348, **fields)["reason"] == "invalid_parameter"
    assert emulator.vm(12348) == before


@pytest.mark.clause("4.9")
@pytest.mark.follows("A-18")
def test_an_excluded_name_stays_after_its_snapshot_is_removed(emulator: Emulator) -> None:
    emulator.do("vm", "remove_snapshot", 12348, name="golden")
    assert emulator.call_vm("get_snapshot", 12348)["settings"]["exclude_rotation"] == ["golden"]


@pytest.mark.clause("4.10")
@pytest.mark.follows("A-06", "A-09", "A-18")
def test_at_the_limit_a_create_is_refused(emulator: Emulator) -> None:
    answer = emulator.call_vm("create_snapshot", 12346, name="friday")
    assert answer["reason"] == "snapshot_limit"
    assert "4 of 4" in answer["message"]
    assert len(emulator.listed(12346)) == 4


@pytest.mark.clause("4.10")
def test_each_type_has_its_own_limit(emulator: Emulator) -> None:
    assert emulator.do("vm", "create_snapshot", 12346, name="friday", type="backup")["result"] == "OK"


@pytest.mark.clause("4.10")
@pytest.mark.follows("A-18", "A-25", "A-28")
def test_rotation_removes_the_oldest_not_excluded_snapshot_when_the_create_ends(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", 12348, name="nightly-4")
    assert emulator.listed(12348) == ["golden", "nightly-1", "nightly-2", "nightly-3"]
    emulator.advance(until=key)
    assert emulator.listed(12348) == ["golden", "nightly-2", "nightly-3", "nightly-4"]


@pytest.mark.clause("4.10")
@pytest.mark.follows("A-18", "A-25")
def test_rotation_uses_the_settings_at_the_end_of_the_create(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", 12348, name="nightly-4")
    emulator.call_vm("update_restore_settings", 12348, **{"exclude_rotation[]": "nightly-1"})
    emulator.advance(until=key)
    assert emulator.listed(12348) == ["nightly-1", "nightly-2", "nightly-3", "nightly-4"]


@pytest.mark.clause("4.10")
@pytest.mark.follows("A-25")
def test_a_create_that_cannot_rotate_fails_and_changes_nothing(emulator: Emulator) -> None:
    before = emulator.vm(12348)
    everything = ["golden", "nightly-1", "nightly-2", "nightly-3"]
    key = emulator.start("vm", "create_snapshot", 12348, name="nightly-4")
    emulator.call_vm("update_restore_settings", 12348, **{"exclude_rotation[]": everything})
    emulator.advance(until=key)
    assert emulator.check(key)["result"] == "Fail"
    after = emulator.vm(12348)
    assert after["snapshots"] == before["snapshots"]
    assert (after["disk"], after["memory"], after["locked_by"]) == (before["disk"], before["memory"], None)


@pytest.mark.clause("4.10")
@pytest.mark.follows("A-25")
def test_a_create_is_refused_when_all_snapshots_are_excluded(emulator: Emulator) -> None:
    everything = ["golden", "nightly-1", "nightly-2", "nightly-3"]
    emulator.call_vm("update_restore_settings", 12348, **{"exclude_rotation[]": everything})
    answer = emulator.call_vm("create_snapshot", 12348, name="nightly-4")
    assert answer["reason"] == "snapshot_limit"
