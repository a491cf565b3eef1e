"""The journal: what clients sent, what the emulator answered, and why."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from invapi_emulator.storage.requests import KEPT
from tests.support.harness import Emulator, Json


class Journal:
    """The journal of an account made for a test."""

    def __init__(self, emulator: Emulator, account: Json) -> None:
        self.emulator = emulator
        self.account = account
        self.path = f"/_emulator/accounts/{account['name']}"

    def call(self, action: str, vm: object = 12345, **fields: Any) -> Json:
        return self.emulator.call("vm", action, token=self.account["token"], id=vm, **fields)

    def lines(self, **wanted: Any) -> list[Json]:
        response = self.emulator.http.get(f"{self.path}/requests", params=wanted)
        assert response.status_code == 200, response.text
        lines: list[Json] = response.json()["requests"]
        return lines

    def verify(self, status: int = 200, **expected: Any) -> Json:
        response = self.emulator.http.post(f"{self.path}/requests/verify", content=json.dumps(expected))
        assert response.status_code == status, response.text
        answer: Json = response.json()
        return answer


@pytest.fixture
def journal(emulator: Emulator) -> Iterator[Journal]:
    account = emulator.http.post("/_emulator/accounts", content='{"clock": "frozen", "seed": 1}').json()
    yield Journal(emulator, account)
    emulator.http.delete(f"/_emulator/accounts/{account['name']}")


def test_an_entry_shows_the_request_and_the_answer(journal: Journal) -> None:
    answer = journal.call("create_snapshot", name="a", nmae="typo", type="snapshot")
    (line,) = journal.lines()
    assert line.items() >= {
        "id": 1, "at": "2030-01-01T00:00:00Z", "module": "vm", "action": "create_snapshot", "vm": 12345, "status": 200,
        "result": "ok", "reason": None, "task": answer["callback"], "unread": ["nmae"], "address": "127.0.0.1",
    }.items()  # fmt: skip
    assert line["fields"]["name"] == "a"
    assert json.loads(line["answer"]) == answer
    assert line["user_agent"].startswith("python-httpx/")
    assert line["duration_ms"] >= 0


def test_a_refusal_has_a_reason_even_for_a_bad_parameter(journal: Journal) -> None:
    journal.call("create_snapshot", vm=99999, name="a")
    journal.call("create_snapshot", name="a b")
    journal.call("create_snapshot", vm="x")
    assert [line["reason"] for line in journal.lines()] == [
        "vm_not_found",
        "invalid_parameter",
        "invalid_parameter",
    ]
    assert {line["result"] for line in journal.lines()} == {"refused"}


def test_secrets_are_masked_and_task_keys_are_not(journal: Journal) -> None:
    account = journal.account
    emulator = journal.emulator
    token = emulator.call("auth", "login", key=account["api_key"])["result"]["token"]
    emulator.call("auth", "whmcslogin", user=account["user"], password=account["password"])
    key = journal.call("get_snapshot")["callback"]
    emulator.check(key)
    text = json.dumps(journal.lines())
    for secret in (account["token"], account["api_key"], account["password"], token):
        assert secret not in text
    assert journal.lines()[-1]["fields"] == {"action": "check", "key": key}


@pytest.mark.parametrize(
    ("module", "fields"),
    [("auth", {"action": "login", "key": "my-real-key\n"}),
     ("auth", {"action": "whmcslogin", "user": "u", "password": "my-real-key\n"}),
     ("eq", {"action": "list", "key": "my-real-key"})],
)  # fmt: skip
def test_a_malformed_or_misplaced_secret_is_masked_too(emulator: Emulator, module: str, fields: Json) -> None:
    emulator.http.post(f"/{module}.php", data=fields)
    line = emulator.http.get("/_emulator/requests").json()["requests"][-1]
    assert line["action"] == fields["action"]
    assert "my-real-key" not in json.dumps(line)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password", "my-real-key"),
        ("Root_Pass", 'my-real-key"]'),
        ("secret[]", ["x]", "my-real-key"]),
        ("secret[][][][][][]", [[[[[["my-real-key"]]]]]]),
    ],
)
def test_a_password_sent_with_another_call_is_masked_in_the_context_of_its_task(
    journal: Journal, name: str, value: Any
) -> None:
    key = journal.call("get_snapshot", **{name: "my-real-key" if "[][]" in name else value})["callback"]
    journal.emulator.http.post(f"{journal.path}/clock/advance", content='{"until": "idle"}')
    assert journal.emulator.check(key)["context"][name.partition("[")[0]] == value
    assert "my-real-key" not in json.dumps(journal.lines())


def test_a_check_is_in_the_journal_of_its_tasks_account(journal: Journal) -> None:
    key = journal.call("create_snapshot", name="a")["callback"]
    journal.emulator.check(key)
    assert [line["action"] for line in journal.lines()] == ["create_snapshot", "check"]


@pytest.mark.parametrize("path", ["/_emulator/accounts/demo/requests", "/_emulator/requests"])
@pytest.mark.parametrize(("name", "value"), [("reason", "never"), ("since_id", "99999999")])
def test_a_filter_that_no_call_could_match_is_refused(
    emulator: Emulator, path: str, name: str, value: str
) -> None:
    refused = emulator.http.get(path, params={name: value})
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, name), refused.text


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"since": "2031-01-01T00:00:00Z", "until": "2030-01-01T00:00:00Z"}, "until"),
        ({"result": "ok", "reason": "vm_locked"}, "reason"),
    ],
)
def test_parts_that_contradict_each_other_are_refused(
    emulator: Emulator, method: str, parts: dict[str, str], field: str
) -> None:
    path = "/_emulator/accounts/demo/requests"
    if method == "GET":
        refused = emulator.http.get(path, params=parts)
    else:
        refused = emulator.http.post(f"{path}/verify", json={"count": 0} | parts)
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, field), refused.text
    assert "no call can match: " in refused.json()["error"]["message"]


def test_a_number_that_cannot_be_is_not_expected(emulator: Emulator) -> None:
    error = emulator.control("POST", "/requests/verify", {"at_least": 1, "at_most": 0}, status=422)["error"]
    assert error["field"] == "at_most"
    assert "no number is at least 1 and at most 0" in error["message"]
    assert emulator.control("POST", "/requests/verify", {"at_least": 0, "at_most": 0})["matched"] == 0


def test_calls_of_an_action_that_there_is_not_can_be_listed(journal: Journal) -> None:
    journal.call("misspelt")
    (found,) = journal.lines(action="misspelt")
    assert found["reason"] == "unknown_action"


def test_filters_select_by_what_they_name(journal: Journal) -> None:
    journal.call("get_snapshot")
    journal.call("create_snapshot", name="a")
    journal.emulator.http.post(f"{journal.path}/clock/advance", content='{"seconds": 100}')
    journal.call("create_snapshot", vm=12347, name="a")
    assert len(journal.lines(action="create_snapshot")) == 2
    assert len(journal.lines(action="create_snapshot", id=12347)) == 1
    assert len(journal.lines(result="refused")) == len(journal.lines(reason="not_supported")) == 1
    assert len(journal.lines(since="2030-01-01T00:00:01Z")) == 1
    assert len(journal.lines(until="2030-01-01T00:00:01Z")) == 2
    assert len(journal.lines(module="eq")) == 0
    for bad in ({"result": "maybe"}, {"colour": "red"}, {"since": "yesterday"}, {"id": "x"}):
        assert journal.emulator.http.get(f"{journal.path}/requests", params=bad).status_code == 422


def test_verify_counts_and_shows_the_nearest_misses(journal: Journal) -> None:
    journal.call("get_snapshot")
    journal.call("create_snapshot", name="a")
    journal.call("create_snapshot", name="b")
    assert journal.verify(action="create_snapshot", id=12345, count=2) == {"matched": 2}
    assert journal.verify(action="create_snapshot", fields={"name": "b"}, at_least=1, at_most=1) == {
        "matched": 1
    }
    assert journal.verify(action="restore_snapshot", count=0) == {"matched": 0}
    wrong = journal.verify(417, action="create_snapshot", id=12346, count=1)
    assert wrong["error"]["reason"] == "not_as_expected"
    assert (wrong["matched"], wrong["seen"]) == (0, [])
    assert [miss["differs_in"] for miss in wrong["nearest"]] == [["id"], ["id"], ["action", "id"]]
    more = journal.verify(417, action="create_snapshot", at_least=3)
    assert len(more["seen"]) == 2
    assert "expected at least 3" in more["error"]["message"]


@pytest.mark.parametrize(
    "body", [{}, {"action": "x"}, {"count": 1, "at_least": 1}, {"count": -1}, {"count": "1"}, []]
)
def test_an_invalid_expectation_is_422(journal: Journal, body: Any) -> None:
    response = journal.emulator.http.post(f"{journal.path}/requests/verify", content=json.dumps(body))
    assert response.status_code == 422


def test_unauthenticated_calls_are_kept_apart(emulator: Emulator, journal: Journal) -> None:
    emulator.call("vm", "get_snapshot", token="nobody's", id=12345, comment="strange-1")
    emulator.http.post("/no-such-module", data={"x": "y"})
    emulator.check("0" * 32)
    lines = emulator.http.get("/_emulator/requests").json()["requests"][-3:]
    assert [line["reason"] for line in lines] == ["invalid_token", "unknown_module", "key_not_found"]
    assert [line["at"] for line in lines] == [None] * 3
    assert lines[0]["fields"]["token"] == "***"
    assert journal.lines() == []


def test_the_journal_continues_after_a_reset(journal: Journal) -> None:
    journal.call("get_snapshot")
    journal.emulator.http.post(f"{journal.path}/reset")
    journal.call("get_snapshot")
    assert [line["id"] for line in journal.lines()] == [1, 2]


@pytest.mark.acceptance
def test_the_newest_thousand_are_kept(journal: Journal) -> None:
    for _ in range(KEPT + 150):
        journal.emulator.call("eq", "list", token=journal.account["token"])
    numbers = [line["id"] for line in journal.lines()]
    assert numbers == list(range(151, KEPT + 151))
    assert journal.verify(module="eq", action="list", result="ok", count=KEPT + 150) == {
        "matched": KEPT + 150
    }
    assert journal.verify(at_least=KEPT + 1) == {"matched": KEPT + 150}


@pytest.mark.parametrize(
    "fields", [{"comment": "x" * 100_000}, {f"field-{n}": "y" * 100 for n in range(900)}, {"list[]": ["z" * 50] * 500},
               {"comment": "a\x00b\ud7ff\U0001f600</script>"}],
)  # fmt: skip
def test_an_entry_stays_small_and_readable_whatever_was_sent(journal: Journal, fields: Json) -> None:
    journal.call("get_snapshot", vm=12345, **fields)
    (line,) = journal.lines()
    assert len(json.dumps(line["fields"], ensure_ascii=False)) < 12_000
    assert len(line["answer"]) <= 4096


def test_more_names_of_fields_than_are_shown_are_counted(journal: Journal) -> None:
    fields = {"id": "12345", **{f"n{number}": "x" for number in range(80)}, "root_pass": "x"}
    query = {"action": "show", "token": journal.account["token"], **fields}
    assert journal.emulator.http.get("/eq.php", params=query).status_code == 200
    (line,) = journal.lines()
    assert line["in_query"][:3] == ["token", "root_pass", "action"]
    assert (len(line["in_query"]), line["in_query"][-1]) == (51, "... (34 more)")
    assert (len(line["unread"]), line["unread"][-1]) == (51, "... (31 more)")


def test_two_runs_with_one_seed_leave_identical_journals(emulator: Emulator) -> None:
    def run(name: str) -> str:
        made = emulator.http.post(
            "/_emulator/accounts", content=json.dumps({"name": name, "seed": 9, "clock": "frozen"})
        )
        journal = Journal(emulator, made.json())
        key = journal.call("create_snapshot", name="a")["callback"]
        journal.call("create_snapshot", name="b")
        emulator.http.post(f"{journal.path}/clock/advance", content='{"until": "idle"}')
        emulator.check(key)
        by_chance = {"kind": "reject", "times": None, "probability": 0.4}
        emulator.http.post(f"{journal.path}/faults", content=json.dumps(by_chance)).raise_for_status()
        for _ in range(20):
            journal.call("get_snapshot")
        lines = [line | {"duration_ms": 0, "request_id": ""} for line in journal.lines()]
        emulator.http.delete(journal.path)
        return re.sub(r"[a-z0-9]{32}", "key", json.dumps(lines))

    journal = run("one")
    assert journal == run("other")
    assert 0 < journal.count('"fault": "reject"') < 20


def test_a_call_with_an_expired_token_is_in_the_journal_of_its_account(emulator: Emulator) -> None:
    token = emulator.call("auth", "login", key="demo-api-key", ttl=60)["result"]["token"]
    emulator.advance(60)
    assert emulator.call("eq", "list", token=token)["reason"] == "token_expired"
    assert emulator.control("GET", "/requests")["requests"][-1]["reason"] == "token_expired"


@pytest.mark.parametrize("wrong", [{"action": "create_snapshots"}, {"module": "vmm"}])
def test_a_misspelt_name_does_not_count_as_never_called(emulator: Emulator, wrong: Json) -> None:
    error = emulator.control("POST", "/requests/verify", wrong | {"count": 0}, status=422)["error"]
    assert error["field"] == next(iter(wrong))
