"""Reading VMs and tasks, and the failures of the control API."""

import pytest

from tests.support.harness import Emulator


def test_a_vm_is_shown_in_full(emulator: Emulator) -> None:
    vm = emulator.vm(12345)
    assert list(vm) == [
        "id", "kind", "engine", "location", "hostname", "tags", "power", "phase", "ends_at", "disk", "memory", "locked_by", "num_max", "snapshots", "settings",
        "tasks",
    ]  # fmt: skip
    assert set(vm["disk"]) == {"size_gb", "used_gb", "generation", "fingerprint"}
    assert set(vm["memory"]) == {"size_mb", "generation", "fingerprint"}
    assert vm["settings"] == {"snapshot": {"num_max": 4, "enable_rotation": 0, "exclude_rotation": []}}
    assert vm["snapshots"][0].items() >= emulator.call_vm("get_snapshot")["snapshots"][0].items()
    assert set(vm["snapshots"][0]) >= {"disk", "memory"}


def test_vms_are_listed_by_id(emulator: Emulator) -> None:
    vms = emulator.control("GET", "/vms")["vms"]
    assert [vm["id"] for vm in vms] == [12345, 12346, 12347, 12348]
    assert vms[0] == emulator.vm(12345)


def test_a_vm_shows_its_tasks_and_the_settings_of_other_types(emulator: Emulator) -> None:
    emulator.call_vm("update_restore_settings", type="backup", enable_rotation=1)
    key = emulator.start("vm", "create_snapshot", name="a", type="backup")
    emulator.start("eq", "on", 12346)
    vm = emulator.vm(12345)
    assert [task["key"] for task in vm["tasks"]] == [key]
    assert list(vm["settings"]) == ["snapshot", "backup"]
    emulator.advance(until=key)
    assert [row["type"] for row in emulator.vm(12345)["snapshots"]] == ["snapshot", "snapshot", "backup"]


def test_a_task_shows_its_stage_and_progress(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    task = emulator.control("GET", f"/tasks/{key}")
    assert list(task) == [
        "key", "action", "vm", "state", "stage", "progress", "created_at", "due_at", "ended_at", "error",
        "fault",
    ]  # fmt: skip
    assert (task["action"], task["vm"], task["state"], task["stage"]) == (
        "create_snapshot",
        12345,
        "running",
        "prepare",
    )
    assert (task["progress"], task["ended_at"], task["error"]) == (0, None, None)
    emulator.advance(20)
    halfway = emulator.control("GET", f"/tasks/{key}")
    assert halfway["stage"] == "copy disk"
    assert 40 < halfway["progress"] < 60
    emulator.advance(until=key)
    done = emulator.control("GET", f"/tasks/{key}")
    assert (done["state"], done["stage"], done["progress"], done["ended_at"]) == (
        "done",
        "done",
        100,
        task["due_at"],
    )


def test_durations_are_as_documented(emulator: Emulator) -> None:
    def seconds(module: str, action: str, vm: int, **fields: object) -> float:
        emulator.reset()
        start = emulator.clock["now"]
        emulator.do(module, action, vm, **fields)
        from_, to = (
            __import__("datetime").datetime.fromisoformat(at) for at in (start, emulator.clock["now"])
        )
        return float((to - from_).total_seconds())

    promised = [
        ("vm", "create_snapshot", 12348, 40), ("vm", "restore_snapshot", 12348, 30),
        ("vm", "remove_snapshot", 12348, 15), ("eq", "on", 12348, 8), ("eq", "off", 12345, 5),
        ("eq", "reboot", 12345, 12), ("vm", "get_snapshot", 12345, 1), ("vm", "load_stats", 12345, 2),
    ]  # fmt: skip
    for module, action, vm, about in promised:
        name = "new" if action == "create_snapshot" else "golden"
        assert seconds(module, action, vm, name=name) == pytest.approx(about, rel=0.1), action


def test_a_larger_disk_takes_longer(emulator: Emulator) -> None:
    emulator.start("vm", "remove_snapshot", 12346, name="monday")
    emulator.start("vm", "remove_snapshot", 12348, name="golden")
    large, small = (task["due_at"] for task in emulator.tasks)
    assert large > small


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/vms/99999", "vm_not_found"),
        ("/vms/x", "vm_not_found"),
        ("/vms/12_345", "vm_not_found"),
        ("/vms/１２３４５", "vm_not_found"),
        ("/vms/99999999999999999999", "vm_not_found"),
        (f"/tasks/{'0' * 32}", "task_not_found"),
        ("/tasks/%00", "task_not_found"),
        ("/nothing", "not_found"),
    ],
)
def test_a_missing_vm_or_task_is_404(emulator: Emulator, path: str, reason: str) -> None:
    error = emulator.control("GET", path, status=404)["error"]
    assert error["reason"] == reason
    assert set(error) == {"reason", "message", "field"}


@pytest.mark.parametrize("name", ["nobody", "DEMO", "%00", "demo%20", "x" * 1000, "%F0%9F%98%80"])
def test_an_unknown_account_is_404(emulator: Emulator, name: str) -> None:
    for path in ("clock", "vms", "tasks"):
        response = emulator.http.get(f"/_emulator/accounts/{name}/{path}")
        assert response.status_code == 404
        assert set(response.json()["error"]) == {"reason", "message", "field"}


def test_a_wrong_verb_is_405(emulator: Emulator) -> None:
    error = emulator.control("DELETE", "/clock", status=405)["error"]
    assert error["reason"] == "method_not_allowed"


def test_health_says_ready_and_the_version(emulator: Emulator) -> None:
    answer = emulator.http.get("/_emulator/health").json()
    assert answer["status"] == "ready"
    assert answer["version"]


def test_the_openapi_document_describes_the_control_api(emulator: Emulator) -> None:
    document = emulator.http.get("/openapi.json").json()
    assert set(document["paths"]["/_emulator/accounts/{name}/clock"]) == {"get", "put"}


def test_the_root_address_describes_the_server(emulator: Emulator) -> None:
    answer = emulator.http.get("/").json()
    assert answer["emulator"] == "invapi-emulator"
    assert "create_snapshot" in answer["modules"]["/vm.php"]


def test_a_body_declared_as_a_form_by_curl_is_read_as_json(emulator: Emulator) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    path = "/_emulator/accounts/demo/clock/advance"
    assert emulator.http.post(path, content='{"seconds":1}', headers=headers).status_code == 200
