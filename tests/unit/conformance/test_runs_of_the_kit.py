"""Runs on our own server: everything holds, only the named VM is touched, nothing irreversible is begun."""

import errno
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from invapi_conformance.probe import NO_SUCH_VM
from invapi_conformance.table import CHECKS
from invapi_conformance.walk import Allowed
from invapi_emulator.testing import Emulator
from invapi_emulator.testing.account import Account
from tests.support.kit_runs import EVERYTHING, NOTHING, account_of, ran
from tests.unit.conformance.mutated_servers.mutated_server import Asked, Given, mutated_server
from tests.unit.conformance.mutated_servers.mutations import is_end

CHANGING = {
    "create_snapshot",
    "remove_snapshot",
    "restore_snapshot",
    "update_restore_settings",
    "on",
    "off",
    "reboot",
    "add",
    "delete",
    "remove",
    "rename_server",
}
CHANGES = Allowed(changes=True)


CREATE = {"action": "create_snapshot", "id": "12345", "name": "somebodys"}


def powered_off(account: Account) -> None:
    httpx.post(f"{account.url}/eq.php", data={"action": "off", "id": "12345", "token": account.token})
    account.advance_until_idle()


def left_to_see(account: Account, vm: int) -> dict[str, Any]:
    """Return the parts of a VM that stay the same while only its clock runs."""
    whole = account.vm(vm)
    return {name: whole[name] for name in ("power", "snapshots", "settings", "locked_by") if name in whole}


def test_every_check_is_made_and_holds(account: Account) -> None:
    found = ran(account, replace(EVERYTHING, orders=True, most=Decimal(4)))
    assert (found.status, found.names("differs")) == (0, set())
    assert found.names("could not tell") == {"status-of-a-vm-that-is-off", "lists-hide-api-keys"}
    assert len(found.report["checks"]) == len(CHECKS)


def test_a_vm_that_is_off_passes_and_stays_off(account: Account) -> None:
    powered_off(account)
    found = ran(account, EVERYTHING)
    assert (found.status, found.names("differs")) == (0, set())
    orders = {name for name, check in CHECKS.items() if "orders" in check.needs}
    assert found.names("could not tell") == {"status-of-a-running-vm", "lists-hide-api-keys"} | orders
    assert account.vm(12345)["power"] == "off"


def test_the_snapshot_of_a_vm_that_is_off_is_removed_without_switching_it(account: Account) -> None:
    powered_off(account)
    found = ran(account, Allowed(changes=True, restore=True))
    assert (found.status, found.names("differs")) == (0, set())
    assert {"a-removed-snapshot-is-gone", "a-restore-leaves-the-vm-off"} <= found.names("holds")
    assert account.requests(action="on") == []
    assert len(account.requests(action="off")) == 1


@pytest.mark.parametrize(
    "allowed", [NOTHING, Allowed(power=True), Allowed(changes=True, power=True), EVERYTHING]
)
def test_the_vm_is_restored_and_no_other_is_touched(account: Account, allowed: Allowed) -> None:
    before = left_to_see(account, 12345)
    assert ran(account, allowed).status == 0
    after = left_to_see(account, 12345)
    assert after == before
    asked = [call for call in account.requests() if call["module"] in {"vm", "eq", "tags", "whmcs"}]
    assert {call["fields"]["id"] for call in asked if "id" in call["fields"]} <= {
        "12345",
        "12x",
        str(NO_SUCH_VM),
    }


def test_nothing_is_changed_without_permission(account: Account) -> None:
    ran(account)
    assert {call["action"] for call in account.requests()} & CHANGING == set()


def test_settings_are_changed_only_with_permission(account: Account) -> None:
    ran(account, Allowed(changes=True, power=True))
    assert account.requests(action="update_restore_settings") == []
    assert account.requests(action="update_servers") == []
    found = ran(account, Allowed(settings=True))
    assert "changed-settings-are-listed" in found.names("holds")
    assert account.vm(12345)["settings"]["snapshot"]["exclude_rotation"] == []
    assert account.requests(action="create_snapshot", id=12345)[-1]["fields"]["name"].startswith(
        "conformance-"
    )


def test_a_vds_has_no_snapshots_to_check(account: Account) -> None:
    found = ran(account, Allowed(changes=True, power=True), vm=12347)
    assert (found.status, found.names("differs")) == (0, set())
    assert {"a-row-has-its-fields", "a-created-snapshot-is-listed"} <= found.names("could not tell")
    assert "a-vds-has-none" in found.names("holds")


@pytest.mark.parametrize(
    ("vm", "why"),
    [
        (12345, "--allow-changes: the VM is running, and a snapshot can only be removed while it is off"),
        (12346, "--allow-changes: the VM has 4 of 4 snapshots: there is no room for one more"),
        (12348, "--allow-changes: the VM has 4 of 4 snapshots: a new one would delete another"),
    ],
)
def test_an_irreversible_plan_is_not_begun(account: Account, vm: int, why: str) -> None:
    found = ran(account, CHANGES, vm=vm)
    assert (found.status, found.out) == (2, "")
    assert found.err.startswith(why)
    assert {call["action"] for call in account.requests()} & CHANGING == set()


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"token": "0" * 32}, "--token: "),
        ({"vm": 99}, "--vm: "),
        ({"target": "http://127.0.0.1:1"}, "--target: "),
        ({"record": "/dev/null/here"}, "--record: "),
    ],
)
def test_a_run_that_cannot_start_gives_a_reason_and_status_2(
    account: Account, how: dict[str, Any], why: str
) -> None:
    found = ran(account, NOTHING, **how)
    assert (found.status, found.out) == (2, "")
    assert found.err.startswith(why)
    assert "\n" not in found.err


def test_a_recording_that_cannot_be_written_ends_itself_and_not_the_clean_up(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: Path, text: str, **how: Any) -> int:
        if file.name >= "020":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(file, text, **how)

    write = Path.write_text
    monkeypatch.setattr(Path, "write_text", full)
    found = ran(account, EVERYTHING, record=str(tmp_path / "answers"))
    assert found.status == 2
    assert found.err.count("No space left on device; later answers are not recorded") == 1
    assert "left behind" not in found.err
    names = [snapshot["name"] for vm in account.export()["vms"] for snapshot in vm["snapshots"]]
    assert not [name for name in names if name.startswith("conformance-")]
    assert len(list((tmp_path / "answers").iterdir())) == 19


def test_the_plan_comes_before_the_first_change_and_alone_on_request(account: Account) -> None:
    found = ran(account, EVERYTHING, plan_only=True)
    assert found.status == 0
    assert "plan: after the checks that only read, on VM 12345 and no other:" in found.out
    assert "vm/restore_snapshot" in found.out
    assert {call["action"] for call in account.requests()} <= {"show", "get_snapshot", "check"}
    text = ran(account, EVERYTHING, form="text")
    assert text.out.index("plan: ") < text.out.index("holds")


@pytest.mark.parametrize("step", [2, 3, 4, 8, 11])
def test_an_interruption_before_a_step_cleans_up(account: Account, step: int) -> None:
    def told(line: str) -> None:
        if line.startswith(f"step {step} of"):
            signal.raise_signal(signal.SIGTERM)

    before = left_to_see(account, 12345)
    found = ran(account, EVERYTHING, told=told)
    assert found.status == found.report["status"] == 130
    assert found.report["trouble"] == ["interrupted"]
    assert left_to_see(account, 12345) == before


@pytest.mark.parametrize("calls", [1, 2, 5])
def test_an_interruption_while_it_only_reads_is_told_once(account: Account, calls: int) -> None:
    asked: list[Asked] = []

    def interrupt(call: Asked, _given: Given) -> None:
        asked.append(call)
        if len(asked) == calls:
            os.kill(os.getpid(), signal.SIGINT)

    with mutated_server(account.url, interrupt) as target:
        found = ran(account, EVERYTHING, target=target)
    assert found.status == 130
    assert found.err.splitlines().count("interrupted") == 1
    assert not CHANGING & {call.action for call in asked}


def test_with_output_for_a_program_the_plan_goes_to_stderr(account: Account) -> None:
    found = ran(account, EVERYTHING)
    assert found.err.index("plan: ") < found.err.index("step 1 of")


@pytest.fixture(scope="module")
def in_real_time() -> Iterator[str]:
    """Return the URL of a server whose time runs by itself."""
    with Emulator() as emulator:
        yield emulator.url


@pytest.mark.parametrize("action", ["create_snapshot", "restore_snapshot", "remove_snapshot", "off", "check"])
@pytest.mark.parametrize("kind", ["lost_reply", "empty_reply", "task_fails", "reject"])
def test_failures_during_the_run_leave_nothing_behind(in_real_time: str, action: str, kind: str) -> None:
    with account_of(in_real_time, clock={"mode": "real", "rate": 10000}) as account:
        before = left_to_see(account, 12345)
        account.fault(kind, match={"action": action}, times=1, allow_unused=True)
        found = ran(account, EVERYTHING, task_seconds=5)
        assert "left behind" not in found.err
        account.advance_until_idle()
        assert left_to_see(account, 12345) == before


@pytest.mark.parametrize("passed", range(6))
def test_a_lost_answer_to_any_removal_leaves_nothing_behind(in_real_time: str, passed: int) -> None:
    with account_of(in_real_time, clock={"mode": "real", "rate": 10000}) as account:
        before = left_to_see(account, 12345)
        account.fault("lost_reply", match={"action": "remove_snapshot"}, skip=passed, allow_unused=True)
        found = ran(account, EVERYTHING, task_seconds=5)
        assert "left behind" not in found.err
        assert left_to_see(account, 12345) == before


def test_a_failed_undo_is_reported_with_what_to_do(account: Account) -> None:
    account.fault("reject", match={"action": "remove_snapshot"}, times=None)
    found = ran(account, EVERYTHING, task_seconds=1)
    (own,) = (row["name"] for row in account.vm(12345)["snapshots"] if row["name"].startswith("conformance-"))
    assert found.status == 2
    assert f"left behind: the snapshot {own} of VM 12345 may exist: remove it" in found.err
    assert account.vm(12345)["power"] == "on"


def test_a_restore_is_refused_if_there_is_a_newer_snapshot(account: Account) -> None:
    def somebody_makes_one(_asked: Asked, given: Given) -> None:
        if is_end(given, "create_snapshot"):
            httpx.post(f"{account.url}/vm.php", data=CREATE | {"token": account.token})
            account.advance_until_idle()

    with mutated_server(account.url, somebody_makes_one) as target:
        found = ran(account, EVERYTHING, target=target)
    assert found.status == 2
    assert "--allow-restore: somebodys is newer than conformance-" in found.err
    assert [row["name"] for row in account.vm(12345)["snapshots"]][-1] == "somebodys"
    assert len(account.vm(12345)["snapshots"]) == 3
    assert account.requests(action="restore_snapshot") == []
    assert account.vm(12345)["power"] == "on"


def test_a_check_with_a_lost_answer_could_not_tell_and_the_run_continues(account: Account) -> None:
    account.fault("connection_reset", match={"action": "load_stats"}, times=None)
    found = ran(account)
    assert "no answer" in found.check("load-stats-answers-a-key")["why"]
    assert found.status == 0
    assert "get-engine-answers-a-list" in found.names("holds")


def test_a_target_that_disappears_is_not_asked_forever(account: Account) -> None:
    account.fault("connection_reset", match={"module": "eq"}, skip=2, times=None)
    account.fault("connection_reset", match={"module": "vm"}, skip=1, times=None)
    account.fault("connection_reset", match={"module": "eq_callback"}, times=None, allow_unused=True)
    reasons = {check["why"] for check in ran(account).report["checks"]}
    assert "not asked: the target stopped answering" in reasons
