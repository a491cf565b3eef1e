"""What the journal no longer keeps is counted, or refused: never taken for all."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from invapi_emulator.engine.action import ACTIONS
from invapi_emulator.storage import requests
from invapi_emulator.storage.pruned import Gone, Kinds
from invapi_emulator.testing import Account
from invapi_emulator.testing import Emulator as Control
from invapi_emulator.testing.failure import ControlFailure, Json
from invapi_emulator.testing.story import story
from tests.support.harness import Emulator, running

KEPT = 10


@pytest.fixture
def worn(control: Control, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """Yield an account that keeps ten calls, after 7 of `show`, 1 of `get_snapshot` and 20 of `list`."""
    monkeypatch.setattr(requests, "KEPT", KEPT)
    monkeypatch.setattr(requests, "_CLEANED_EVERY", 5)
    with control.account() as account:
        for vm in (12345, 12345, 12346, 12346, 12346, 12346, 99999):
            account.call("eq", "show", id=vm)
        account.call("vm", "get_snapshot", id=12345)
        for _ in range(20):
            account.call("eq", "list")
        yield account


def refusal(account: Account, **expected: Any) -> Json:
    with pytest.raises(ControlFailure) as refused:
        account.verify(**expected)
    assert refused.value.status == 409
    error: Json = refused.value.answer["error"]
    assert error["reason"] == "journal_incomplete"
    return error


@pytest.mark.parametrize(
    ("expected", "count"),
    [
        ({}, 28),
        ({"module": "eq"}, 27),
        ({"module": "eq", "action": "show"}, 7),
        ({"action": "show", "result": "ok"}, 6),
        ({"action": "show", "result": "refused"}, 1),
        ({"result": "refused"}, 1),
        ({"action": "list"}, 20),
        ({"action": "restore_snapshot"}, 0),
        ({"action": "restore_snapshot", "id": 12345}, 0),
        ({"action": "list", "reason": "vm_locked"}, 0),
    ],
)
def test_calls_that_are_no_longer_kept_count(worn: Account, expected: Json, count: int) -> None:
    assert worn.verify(**expected, count=count) == count
    assert worn.verify(**expected, at_least=count, at_most=count) == count
    with pytest.raises(AssertionError, match=f"{count} calls match, expected {count + 1}"):
        worn.verify(**expected, count=count + 1)


@pytest.mark.parametrize(
    "expected",
    [
        {"action": "show", "id": 12345},
        {"id": 12345},
        {"action": "show", "reason": "vm_not_found"},
        {"fields": {"id": "12345"}},
        {"action": "show", "since": "2030-01-01T00:00:00Z"},
        {"action": "show", "until": "2031-01-01T00:00:00Z"},
        {"action": "show", "since_id": 2},
    ],
)
def test_what_the_counts_cannot_tell_is_refused_in_words(worn: Account, expected: Json) -> None:
    for bounds in ({"count": 0}, {"at_least": 1}, {"at_most": 100}):
        assert "no longer kept may match" in refusal(worn, **expected, **bounds)["message"]


def test_a_list_says_how_many_older_calls_may_match(worn: Account) -> None:
    def listed(query: str) -> Json:
        answer = worn.emulator.control("GET", f"/accounts/{worn.name}/requests{query}")
        return {"ids": [line["id"] for line in answer["requests"]], "gone": answer["gone"]}

    newest = list(range(19, 29))
    assert worn.last_request == 28
    assert listed("") == {"ids": newest, "gone": 18}
    assert listed("?action=list") == {"ids": newest, "gone": 10}
    assert listed("?action=show&id=12345")["gone"] == 7
    assert listed("?action=restore_snapshot") == {"ids": [], "gone": 0}
    assert listed("?since_id=25") == {"ids": [26, 27, 28], "gone": 0}
    assert listed("?since_id=18") == {"ids": newest, "gone": 0}


def test_the_python_client_warns_of_a_list_that_may_be_incomplete(worn: Account) -> None:
    with pytest.warns(
        UserWarning, match="7 older calls are no longer kept, and may match too: `verify` counts them"
    ):
        assert worn.requests(action="show") == []
    assert worn.requests(action="restore_snapshot") == []
    _, told = story(worn, None, None)
    assert "… 18 older calls that are no longer kept" in told


def test_the_python_client_warns_of_a_report_on_a_part_of_the_calls(worn: Account) -> None:
    with pytest.warns(UserWarning, match="18 older calls are no longer kept, and were not looked at"):
        worn.report()
    worn.clear_requests()
    assert worn.report() == []


def test_verify_names_the_number_of_calls_that_it_looks_at(worn: Account) -> None:
    worn.call("eq", "list")
    with pytest.raises(ControlFailure, match="journal_incomplete") as refused:
        worn.verify(id=12345, count=0)
    gone, kept = re.findall(r"(\d+) calls that are .* newest (\d+),", str(refused.value))[0]
    assert int(gone) + int(kept) == worn.last_request


def test_verify_can_begin_at_a_mark(worn: Account) -> None:
    mark = worn.last_request
    worn.call("eq", "show", id=12345)
    assert worn.verify(action="show", id=12345, since_id=mark, count=1) == 1
    assert worn.verify(action="list", since_id=mark, count=0) == 0
    with pytest.raises(AssertionError, match="since_id"):
        worn.verify(action="show", id=12345, since_id=mark + 1, count=1)


@pytest.mark.parametrize("since_id", [-1, "x", 1.5, 1.0, True])
def test_a_mark_is_a_number(emulator: Emulator, since_id: object) -> None:
    error = emulator.control("POST", "/requests/verify", {"count": 0, "since_id": since_id}, status=422)[
        "error"
    ]
    assert error["field"] == "since_id"


def test_a_cleared_journal_begins_anew_and_its_numbers_go_on(worn: Account) -> None:
    worn.clear_requests()
    assert worn.requests() == []
    assert worn.last_request == 28
    assert worn.verify(count=0) == 0
    assert worn.verify(action="show", id=12345, count=0) == 0
    worn.call("eq", "show", id=12345)
    assert [line["id"] for line in worn.requests()] == [29]
    assert worn.verify(action="show", id=12345, count=1) == 1
    for _ in range(20):
        worn.call("eq", "list")
    assert worn.verify(action="show", count=1) == 1
    assert worn.verify(since_id=28, action="list", count=20) == 20
    refusal(worn, action="show", id=12345, count=1)


def test_clearing_answers_204_and_404_for_no_account(emulator: Emulator) -> None:
    cleared = emulator.http.delete("/_emulator/accounts/demo/requests")
    assert (cleared.status_code, cleared.content) == (204, b"")
    assert emulator.http.delete("/_emulator/accounts/nobody/requests").status_code == 404


def test_counts_and_numbers_outlive_a_reset_and_end_with_the_account(worn: Account) -> None:
    worn.reset()
    assert worn.verify(action="show", count=7) == 7
    with worn.emulator.account() as other:
        assert other.verify(count=0) == 0


def test_counts_and_a_clearing_outlive_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "KEPT", KEPT)
    monkeypatch.setattr(requests, "_CLEANED_EVERY", 5)
    for calls in (0, 30):
        with running(db=str(tmp_path / "worlds.db")) as server, httpx.Client(base_url=server.url) as http:
            emulator = Emulator(server, http)
            assert emulator.last_request == calls
            for _ in range(30):
                emulator.call("eq", "list")
            emulator.verify(action="list", count=30)
            if not calls:
                emulator.clear_requests()


def test_calls_that_an_older_version_removed_uncounted_may_be_any() -> None:
    gone = Gone(cleared=0, newest=200, stored=(), counts={("eq", "list", "ok"): 100})
    assert gone.uncounted == 100
    assert gone.possible(Kinds("vm", None, None, ACTIONS)) == 100
    assert not gone.is_exact(Kinds("vm", None, None, ACTIONS))
    assert gone.possible(Kinds("eq", "list", "ok", ACTIONS), since_id=190) == 10
    assert gone.possible(Kinds("eq", "list", "ok", ACTIONS), since_id=200) == 0


def test_calls_that_are_not_emulated_can_be_verified(emulator: Emulator) -> None:
    emulator.call("pdns", "add_zone", zone="example.com")
    emulator.call("eq", "history")
    assert emulator.verify(module="pdns", action="add_zone", fields={"zone": "example.com"}, count=1) == 1
    assert emulator.verify(module="pdns", action="add_record", count=0) == 0
    assert emulator.verify(action="history", reason="not_emulated", count=1) == 1
    error = emulator.control("POST", "/requests/verify", {"module": "dns", "count": 0}, status=422)["error"]
    assert error["field"] == "module"


def test_unknown_actions_and_modules_that_are_gone_are_counted_together(worn: Account) -> None:
    for number in range(30):
        worn.call(f"module{number}", "list")
        worn.call("eq", f"action{number}")
        worn.call("pdns", f"action{number}")
    for _ in range(30):
        worn.call("eq", "list")
    assert worn.verify(module="eq", action="show", count=7) == 7
    assert worn.verify(module="eq", result="refused", count=31) == 31
    assert worn.verify(module="pdns", count=30) == 30
    assert worn.verify(count=28 + 120) == 148
    refusal(worn, module="pdns", action="action3", count=1)
    refusal(worn, action="history", count=0)
    refusal(worn, action="restore_snapshot", count=0)
    listed = worn.emulator.control("GET", f"/accounts/{worn.name}/requests?module=module3")
    assert listed["gone"] == 30


@pytest.mark.parametrize(
    ("path", "around"),
    [
        ("/requests/verify", lambda parts: {"count": 0} | parts),
        ("/faults", lambda parts: {"kind": "reject", "match": parts}),
    ],
)
def test_an_action_beside_another_one_in_the_fields_is_refused(
    emulator: Emulator, path: str, around: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    parts: dict[str, Any] = {"action": "on", "fields": {"action": "off"}}
    error = emulator.control("POST", path, around(parts), status=422)["error"]
    assert error["field"].endswith("fields")
    assert "no call can match: its action is 'on' here, and 'off' in `fields`" in error["message"]
    parts["fields"]["action"] = "on"
    emulator.control("POST", path, around(parts), status=200 if "verify" in path else 201)
