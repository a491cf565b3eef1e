"""`--scenario` takes a file: it is read once, named after the file, and refused with the error's place."""

import json
from pathlib import Path

import pytest

from invapi_emulator.errors import CannotStart
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.startup import open_worlds
from invapi_emulator.testing import Account, ControlFailure, Emulator
from invapi_emulator.worlds.files import known_scenarios
from tests.support.fake_clock import FakeClock

WORLD = """
vms:
  - id: 501
    power: off
    created_at: 2029-05-01
    snapshots:
      - {name: a, age_seconds: 60}
    tasks:
      - {action: on}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "nightly.yaml"
    file.write_text(WORLD)
    return file


def refused(setting: object) -> str:
    settings = read_settings({"scenario": str(setting), "seed": 1, "clock": "frozen"})
    with pytest.raises(CannotStart) as wrong:
        open_worlds(settings, FakeClock(), known_scenarios(settings.scenario)).close()
    (line,) = str(wrong.value).splitlines()
    return line


def demo_of(emulator: Emulator) -> Account:
    return Account(emulator, emulator.control("GET", "/accounts/demo"))


def test_accounts_start_with_the_worlds_of_the_file(file: Path) -> None:
    with Emulator(scenario=str(file), seed=1, clock="frozen") as emulator:
        file.unlink()
        demo = emulator.control("GET", "/accounts/demo")
        assert (demo["scenario"], demo["vms"]) == ("nightly", [501])
        with emulator.account() as account, emulator.account(scenario="one-vm") as other:
            assert (account.vms, other.vms) == ([501], [12345])
            keys = [account.tasks[0]["key"], demo_of(emulator).tasks[0]["key"]]
            assert keys[0] != keys[1]
            account.advance_until_idle()
            assert account.vm(501)["power"] == "on"
            account.reset()
            assert account.vm(501)["power"] == "off"
            assert account.tasks[0]["key"] not in keys
            other.reset(scenario="nightly")
            assert other.vms == [501]


def test_an_export_is_a_scenario_with_its_seed_and_clock(tmp_path: Path) -> None:
    file = tmp_path / "later.json"
    with Emulator(seed=4, clock="frozen") as emulator, emulator.account(scenario="demo", seed=5) as account:
        account.advance(100)
        state = account.export()
    file.write_text(json.dumps(state))
    with Emulator(scenario=str(file), clock="auto", seed=6) as emulator:
        with emulator.account(clock=None) as account:
            assert account.export() == state | {"account": account.name}
            account.advance(50)
            account.reset()
            assert account.export() == state | {"account": account.name}
        with emulator.account(seed=8, clock={"mode": "auto", "rate": 3}) as account:
            assert (account.seed, account.clock["mode"], account.clock["rate"]) == (8, "auto", 3)
            assert account.clock["now"].startswith("2030-01-01T00:01:4")
        with emulator.account(scenario="one-vm", clock="frozen") as account:
            account.reset(scenario="later")
            assert account.export() == state | {"account": account.name}


def test_a_file_overrides_a_built_in_scenario_of_its_name(tmp_path: Path) -> None:
    file = tmp_path / "demo.yml"
    file.write_text("vms: [{id: 1}]")
    with Emulator(scenario=str(file)) as emulator:
        assert demo_of(emulator).vms == [1]


def test_a_scenario_too_late_for_a_clock_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "late.yaml"
    file.write_text("vms: [{id: 1, created_at: 2030-01-01T00:00:00Z}]")
    with Emulator(scenario=str(file), seed=1, clock="frozen") as emulator:
        with pytest.raises(
            ControlFailure, match=r"422 invalid: vms\.0\.created_at: '2030-01-01T00:00:00Z': "
        ):
            emulator.account(clock={"mode": "frozen", "now": "2029-01-01T00:00:00Z"})
        assert len(emulator.control("GET", "/accounts")["accounts"]) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("vms: [{id: 0}]", "vms.0.id: 0: Input should be greater than or equal to 1"),
        (
            "vms: [{id: 1, disk: {size_gb: 1, used_gb: 2}}]",
            "vms.0.disk.used_gb: 2.0: must be at most the disk's size_gb",
        ),
        ("vms: [{id: 1}, {id: 1}]", "vms.1.id: 1: another VM of this world has this id"),
        ("vms: [", "not valid YAML: line 2, column 1: "),
        ("seed: 1\nvms: []\nseed: 2", "not valid YAML: line 3, column 1: duplicate key 'seed'"),
        ("", "the world: None: expected a JSON object"),
        (
            "assume: {A-12: false}",
            "assume.A-12: False: expected a string; in YAML, quote numbers, true and false",
        ),
        ("clock: {now: 2029-01-01}\nvms: [{id: 1, created_at: 2029-01-02}]", "vms.0.created_at: "),
    ],
)
def test_an_error_in_a_file_ends_the_start_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "w.yaml"
    file.write_text(text)
    assert refused(file).startswith(f"--scenario: '{file}': {says}")


def test_an_impossible_file_ends_the_start(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.yaml") == f"--scenario: '{tmp_path}/none.yaml': No such file or directory"
    assert refused(f"{tmp_path}/") == f"--scenario: '{tmp_path}/': Is a directory"
    (tmp_path / "bytes.json").write_bytes(b"\xff")
    assert "bytes.json': 'utf-8' codec can't decode" in refused(tmp_path / "bytes.json")
    assert "1 to 100 characters: ASCII letters, digits, `_`, `-` and `.`" in refused(
        tmp_path / "two words.json"
    )


def test_a_reset_after_a_restart_without_the_file_is_refused(tmp_path: Path, file: Path) -> None:
    db = str(tmp_path / "worlds.db")
    with Emulator(scenario=str(file), db=db, seed=1, clock="frozen") as emulator:
        before = demo_of(emulator).export()
    with Emulator(db=db) as emulator:
        demo = demo_of(emulator)
        with pytest.raises(ControlFailure, match=r"409 scenario_unknown: .*'nightly'.*: at-the-limit, demo"):
            demo.reset()
        assert demo.export() == before
        demo.reset(scenario="one-vm")
        assert demo.vms == [12345]
