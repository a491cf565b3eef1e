"""Contract 4.1 to 4.4, 4.7, 4.8, 4.13: create, list, remove and restore snapshots."""

import json
import re
from datetime import datetime

import pytest

from tests.support.harness import Emulator


@pytest.mark.clause("4.1")
@pytest.mark.follows("A-18", "A-28")
def test_a_snapshot_is_listed_when_its_task_ends(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    assert emulator.listed() == ["fresh-install", "before-release"]
    emulator.advance(until=key)
    assert emulator.listed() == ["fresh-install", "before-release", "a"]


@pytest.mark.clause("4.1")
@pytest.mark.parametrize("name", ["a", "A-Z_0.9", ".", "-", "x" * 100])
@pytest.mark.follows("A-18")
def test_documented_characters_are_accepted_in_names(emulator: Emulator, name: str) -> None:
    assert emulator.do("vm", "create_snapshot", name=name)["context"]["name"] == name
    assert emulator.listed()[-1] == name


@pytest.mark.clause("4.1")
@pytest.mark.parametrize("rotations", ["", "0", "-1", "many", "9" * 400])
def test_num_rotation_is_always_ignored(emulator: Emulator, rotations: str) -> None:
    emulator.start("vm", "create_snapshot", name="a", num_rotation=rotations)


@pytest.mark.clause("4.2")
@pytest.mark.follows("A-18")
def test_the_list_has_settings_and_a_key(emulator: Emulator) -> None:
    answer = emulator.call_vm("get_snapshot")
    assert set(answer) == {"result", "module", "action", "callback", "settings", "snapshots"}
    assert [row["name"] for row in answer["snapshots"]] == ["fresh-install", "before-release"]


@pytest.mark.clause("4.3")
@pytest.mark.follows("A-18", "A-28")
def test_a_removed_snapshot_disappears_when_the_task_ends(emulator: Emulator) -> None:
    key = emulator.start("vm", "remove_snapshot", 12346, name="tuesday")
    assert "tuesday" in emulator.listed(12346)
    emulator.advance(until=key)
    assert emulator.listed(12346) == ["monday", "wednesday", "thursday"]


@pytest.mark.clause("4.3", "4.4")
@pytest.mark.parametrize("action", ["remove_snapshot", "restore_snapshot"])
@pytest.mark.follows("A-06", "A-18")
def test_openstack_id_must_be_the_image_of_the_snapshot(emulator: Emulator, action: str) -> None:
    image = emulator.call_vm("get_snapshot", 12346)["snapshots"][1]["openstack_image_id"]
    for other in ("x", "wrong_id", image[:-1], image.upper() + "0"):
        refused = emulator.call_vm(action, 12346, name="tuesday", openstack_id=other)
        assert refused["reason"] == "image_mismatch"
        assert image not in refused["message"]
    assert emulator.call_vm(action, 12346, name="tuesday", openstack_id="")["reason"] == "invalid_parameter"
    assert emulator.do("vm", action, 12346, name="tuesday", openstack_id=image)["result"] == "OK"


@pytest.mark.clause("4.4")
@pytest.mark.follows("A-18")
def test_a_restore_deletes_later_snapshots_excluded_or_not(emulator: Emulator) -> None:
    emulator.do("vm", "create_snapshot", 12346, name="other-type", type="backup")
    emulator.call_vm("update_restore_settings", 12346, **{"exclude_rotation[]": "thursday"})
    emulator.do("vm", "restore_snapshot", 12346, name="tuesday")
    assert emulator.listed(12346) == ["monday", "tuesday"]
    assert emulator.listed(12346, type="backup") == ["other-type"]


@pytest.mark.clause("4.7")
@pytest.mark.follows("A-15", "A-18", "A-28")
def test_the_list_is_from_the_call_and_the_scope_from_the_end_of_the_task(emulator: Emulator) -> None:
    create = emulator.start("vm", "create_snapshot", name="a")
    due = emulator.control("GET", f"/tasks/{create}")["due_at"]
    now = emulator.clock["now"]
    wait = (datetime.fromisoformat(due) - datetime.fromisoformat(now)).total_seconds() - 0.5
    emulator.advance(wait)
    answer = emulator.call_vm("get_snapshot")
    emulator.advance(until=answer["callback"])
    scope = json.loads(emulator.check(answer["callback"])["scope"])
    assert [row["name"] for row in answer["snapshots"]] == ["fresh-install", "before-release"]
    assert [row["name"] for row in scope["snapshots"]] == ["fresh-install", "before-release", "a"]


@pytest.mark.clause("4.8")
@pytest.mark.follows("A-18")
def test_a_row_has_the_names_that_clients_read(emulator: Emulator) -> None:
    emulator.do("vm", "create_snapshot", name="a")
    row = emulator.call_vm("get_snapshot")["snapshots"][-1]
    ended_at = datetime.fromisoformat(emulator.tasks[0]["ended_at"])
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
@pytest.mark.follows("A-18")
def test_rows_are_oldest_first_and_their_ids_differ(emulator: Emulator) -> None:
    rows = [
        *emulator.call_vm("get_snapshot", 12346)["snapshots"],
        *emulator.call_vm("get_snapshot", 12348)["snapshots"],
    ]
    for name in ("snapshot_id", "openstack_image_id"):
        assert len({row[name] for row in rows}) == 8
    dates = [row["date"] for row in rows[:4]]
    assert dates == sorted(dates)


@pytest.mark.clause("4.13")
def test_a_name_is_unique_within_its_type_and_compared_exactly(emulator: Emulator) -> None:
    assert emulator.call_vm("create_snapshot", name="fresh-install")["reason"] == "name_taken"
    emulator.do("vm", "create_snapshot", name="Fresh-Install")
    emulator.do("vm", "create_snapshot", name="fresh-install", type="backup")
    emulator.do("vm", "create_snapshot", 12348, name="fresh-install")
