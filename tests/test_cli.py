"""The command's words and settings, up to where a server would start."""

import pytest

from invapi_emulator.cli import main
from invapi_emulator.scenarios.named import scenario_names
from invapi_emulator.settings import read_settings


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> object:
    monkeypatch.setattr("sys.argv", ["invapi-emulator", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def test_what_makes_no_sense_is_one_line_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INVAPI_EMULATOR_RATE", "0")
    for words, says in (
        (("serve",), "INVAPI_EMULATOR_RATE: '0': input should be greater than 0"),
        (
            ("serve", "--rate", "x"),
            "--rate: 'x': input should be a valid number, unable to parse string as a number",
        ),
        (
            ("serve", "--rate", "1", "--port", "0", "--scenario", "x"),
            f"--scenario: there is no scenario 'x'; there are {', '.join(scenario_names())}",
        ),
        (("serve", "--rate", "1", "--port"), "Option '--port' requires an argument."),
        (("serve", "--xyz"), "No such option '--xyz'."),
        (("xyz",), "No such command 'xyz'."),
        (
            ("worker", "--db", "worlds.db"),
            "INVAPI_EMULATOR_RATE: '0': input should be greater than 0",
        ),
        ((), "Missing command."),
    ):
        assert run(monkeypatch, *words) == 2
        assert capsys.readouterr() == ("", f"invapi-emulator: {says}\n")


def test_version_and_help_end_with_success(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (("--version",), ("--help",), ("serve", "--help")):
        assert run(monkeypatch, *words) == 0
        assert "invapi-emulator" in capsys.readouterr().out


def test_allowed_hosts_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVAPI_EMULATOR_ALLOWED_HOSTS", "one,two")
    assert read_settings({}).allowed_hosts == ("one", "two")
    assert read_settings({"allowed_hosts": "three"}).allowed_hosts == ("three",)


def test_a_worker_alone_refuses_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "worker", "--db", "worlds.db") == 2
    why = "a worker alone needs a PostgreSQL database; a SQLite file has its server's"
    assert capsys.readouterr() == ("", f"invapi-emulator: --db: 'worlds.db': {why}\n")
