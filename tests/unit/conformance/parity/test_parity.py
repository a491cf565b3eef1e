"""The emulator gives answers of the same shape as recordings of other targets and as documents."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from invapi_emulator.testing.account import Account
from tests.support.harness import Running
from tests.support.kit_runs import EVERYTHING, account_of, ran
from tests.unit.conformance.parity.replaying import Replay, recorded

HERE = Path(__file__).parent
RECORDINGS = sorted({file.parent for file in HERE.rglob("*/*/*.json")})


@pytest.fixture
def account(server: Running) -> Iterator[Account]:
    with account_of(server.url) as account:
        yield account


def recording(account: Account, folder: Path) -> dict[str, str]:
    """Record a run with everything allowed. Return the files' texts by name."""
    assert ran(account, EVERYTHING, record=str(folder)).status == 0
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.iterdir())}


def differences(account: Account, folder: Path) -> list[str]:
    replay = Replay(account, 12345, "conformance-parity")
    return [line for exchange in recorded(folder) for line in replay.differences(exchange)]


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_the_emulator_answers_as_recorded(account: Account, folder: Path) -> None:
    assert differences(account, folder) == []


def test_every_documented_example_names_its_source() -> None:
    for folder in (HERE / "documented").iterdir():
        assert all(exchange["source"] for exchange in recorded(folder)), folder


def test_two_recordings_of_one_target_are_equal(server: Running, account: Account, tmp_path: Path) -> None:
    first, second = recording(account, tmp_path / "1"), recording(account, tmp_path / "2")
    assert len(first) > 100
    assert first == second
    with account_of(server.url) as other:
        assert recording(other, tmp_path / "3") == first


@pytest.mark.acceptance  # hundreds of calls
def test_our_own_recording_is_answered_as_recorded(server: Running, account: Account, tmp_path: Path) -> None:
    recording(account, tmp_path / "own")
    with account_of(server.url) as other:
        assert differences(other, tmp_path / "own") == []


def test_a_recording_contains_no_secret_id_or_time(account: Account, tmp_path: Path) -> None:
    form = {"action": "show", "id": "12345", "token": account.token}
    shown = httpx.post(f"{account.url}/eq.php", data=form).json()
    names = [row["name"] for row in account.vm(12345)["snapshots"]]
    personal = [shown["server_data"]["hostname"], *(shown["IP"][0][name] for name in ("IP", "MAC"))]
    text = "".join(recording(account, tmp_path / "own").values())
    for word in (account.token, account.api_key, account.user, "12345", "12346", *names, *personal):
        assert word not in text, word
    assert "2026-" not in text


def test_a_recording_shows_what_differs(account: Account, tmp_path: Path) -> None:
    folder = tmp_path / "wrong"
    folder.mkdir()
    exchange = {
        "request": {"method": "POST", "module": "eq", "fields": {"action": "list", "token": "<token>"}},
        "answer": {"status": 500, "body": {"result": "Fine", "servers": ["<id 1>"], "more": 1}},
    }
    (folder / "001.json").write_text(json.dumps(exchange), encoding="utf-8")
    told = differences(account, folder)
    assert [line.partition(" is ")[0] for line in told[:2]] == ["eq/list: HTTP 200", "eq/list.result"]
    assert told[-1] == "eq/list.more is missing"


def test_a_folder_with_recordings_is_not_mixed_with_others(account: Account, tmp_path: Path) -> None:
    (tmp_path / "001.json").write_text("{}", encoding="utf-8")
    found = ran(account, record=str(tmp_path))
    assert (found.status, found.err) == (
        2,
        f"--record: {tmp_path} already has recordings: choose another folder",
    )
