"""Fields that the journal masks or cuts are verified by what was sent, without being shown."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from invapi_emulator import randomness
from invapi_emulator.storage import hidden_fields
from invapi_emulator.testing import Account
from invapi_emulator.testing.failure import ControlFailure, Json
from tests.support.harness import Emulator, running

SECRET = "hunter2-hunter2"


@pytest.fixture
def fresh(emulator: Emulator) -> Emulator:
    emulator.clear_requests()
    return emulator


def count(account: Account, **fields: Any) -> int:
    """Return how many calls sent these fields: none or one."""
    try:
        return account.verify(fields=fields, count=1)
    except AssertionError:
        return account.verify(fields=fields, count=0)


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "Api_Key",
        "secret",
        "key",
        "root_pass",
        "new-password",
        "pwd",
        "Authorization",
        "privateKey",
        "token2",
    ],
)
def test_a_masked_field_matches_by_its_value(fresh: Emulator, name: str) -> None:
    fresh.call("eq", "list", **{name: SECRET})
    assert fresh.requests()[0]["fields"][name] == "***"
    assert count(fresh, **{name: SECRET}) == 1
    for other in ("***", "", SECRET[:-1], [SECRET]):
        assert count(fresh, **{name: other}) == 0


def test_a_token_matches_wherever_it_was_sent(fresh: Emulator) -> None:
    fresh.call("eq", "list", comment=f"with {fresh.token}", **{fresh.token: "1"})
    assert count(fresh, token=fresh.token) == 1
    assert count(fresh, comment=f"with {fresh.token}", token=fresh.token) == 1
    assert count(fresh, comment="with ***") == 0
    assert count(fresh, **{fresh.token: "1"}) == 1
    assert count(fresh, **{fresh.token: "2"}) == 0


@pytest.mark.parametrize("value", ["x" * 5000, ["y" * 50] * 500], ids=["text", "array"])
def test_a_field_that_is_cut_matches_by_its_whole_value(fresh: Emulator, value: Any) -> None:
    sent = {"comment[]" if isinstance(value, list) else "comment": value}
    fresh.http.post("/eq.php", data={"action": "list", "token": fresh.token, **sent, "after": "z"})
    shown = fresh.requests()[0]["fields"].get("comment", "left out")
    assert shown != value
    assert count(fresh, comment=value) == 1
    assert count(fresh, comment=shown) == 0
    assert count(fresh, comment=value[:-1]) == 0
    assert count(fresh, after="z") == 1


def test_a_field_that_is_left_out_matches_while_there_are_not_too_many(fresh: Emulator) -> None:
    fresh.call("eq", "list", **{f"field-{number}": "v" * 100 for number in range(70)})
    assert fresh.requests()[0]["fields"]["..."].endswith("more fields")
    assert "field-65" not in fresh.requests()[0]["fields"]
    assert count(fresh, **{"field-65": "v" * 100}) == 1
    assert count(fresh, **{"field-65": "v"}) == 0
    assert count(fresh, absent="v") == 0
    fresh.clear_requests()
    fresh.call("eq", "list", **{f"field-{number}": "v" * 100 for number in range(200)})
    assert unclear(fresh, **{"field-199": "v" * 100})["field"] == "fields.field-199"
    assert count(fresh, **{"field-1": "v" * 100}) == 1
    assert fresh.verify(action="show", fields={"field-199": "v"}, count=0) == 0


@pytest.mark.parametrize(
    ("name", "value"), [("secret", SECRET), ("api_key", SECRET), ("comment", "with HOSTKEY_TOKEN")]
)
def test_a_masked_field_beyond_those_with_a_digest_is_not_taken_for_another_value(
    fresh: Emulator, name: str, value: str
) -> None:
    sent = {f"{name}{number}": value for number in range(60)}
    fresh.call("eq", "list", **sent)
    assert "***" in fresh.requests()[0]["fields"][f"{name}55"]
    assert unclear(fresh, **{f"{name}55": value})["field"] == f"fields.{name}55"
    assert count(fresh, **{f"{name}5": value}) == 1
    assert count(fresh, **{f"{name}5": value[:-1]}) == 0
    assert count(fresh, absent=value) == 0


@pytest.mark.parametrize("suffix", ["[]", "[a]"], ids=["array", "map"])
def test_a_masked_item_beyond_those_with_a_digest_is_not_taken_for_another_value(
    fresh: Emulator, suffix: str
) -> None:
    sent = {f"list{number}{suffix}": "with HOSTKEY_TOKEN" for number in range(60)}
    fresh.http.post("/eq.php", data={"action": "list", "token": fresh.token, **sent})
    value = ["with HOSTKEY_TOKEN"] if suffix == "[]" else {"a": "with HOSTKEY_TOKEN"}
    unclear(fresh, list55=value)
    assert count(fresh, list5=value) == 1


def test_a_field_whose_name_is_masked_beyond_those_with_a_digest_is_not_taken_for_one_not_sent(
    fresh: Emulator,
) -> None:
    secrets = {f"secret{number}": SECRET for number in range(60)}
    fresh.call("eq", "list", **secrets, **{f"x-{fresh.token}": "1"})
    unclear(fresh, **{f"x-{fresh.token}": "1"})


@pytest.mark.parametrize("action", ["a" * 100, "a" * 150, "a\0b"])
def test_an_action_that_the_journal_does_not_keep_as_sent_is_refused(fresh: Emulator, action: str) -> None:
    fresh.http.post("/whmcs.php", data={"action": action, "token": fresh.token})
    expected = {"module": "whmcs", "action": action, "count": 0}
    refused = fresh.control("POST", "/requests/verify", expected, status=422)
    assert refused["error"]["field"] == "action"


def unclear(account: Account, **fields: Any) -> Json:
    with pytest.raises(ControlFailure) as refused:
        account.verify(fields=fields, count=1)
    assert refused.value.status == 409
    error: Json = refused.value.answer["error"]
    assert error["reason"] == "journal_incomplete"
    return error


def test_after_a_restart_what_cannot_be_compared_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(tmp_path / "worlds.db")
    with running(db=file) as server, httpx.Client(base_url=server.url) as http:
        Emulator(server, http).call("eq", "list", password=SECRET, comment="plain")
    monkeypatch.setattr(hidden_fields, "LIFE_NAME", "another")
    monkeypatch.setattr(randomness, "_SEAL", b"another")
    with running(db=file) as server, httpx.Client(base_url=server.url) as http:
        emulator = Emulator(server, http)
        assert SECRET not in unclear(emulator, password=SECRET)["message"]
        unclear(emulator, token=emulator.token)
        assert count(emulator, comment="plain") == 1
        assert count(emulator, comment="other", password=SECRET) == 0
        assert count(emulator, absent="x") == 0


def test_neither_database_nor_answers_hold_the_secret_or_its_key(tmp_path: Path) -> None:
    file = tmp_path / "worlds.db"
    with running(db=str(file)) as server, httpx.Client(base_url=server.url) as http:
        emulator = Emulator(server, http)
        emulator.call("eq", "list", secret=SECRET)
        wrong = http.post(
            "/_emulator/accounts/demo/requests/verify",
            content=json.dumps({"fields": {"secret": "x"}, "count": 1}),
        )
        answers = wrong.text + json.dumps([emulator.requests(), emulator.export()])
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    key = randomness._SEAL
    assert SECRET not in answers
    assert randomness.sealed(json.dumps(["secret", SECRET], separators=(",", ":"))) not in answers
    for hidden in (SECRET.encode(), key, key.hex().encode()):
        assert hidden not in stored
