"""The arguments and settings of the command, without starting a server."""

import sys
from pathlib import Path

import click
import pytest

from invapi_emulator.cli.main import COMMANDS, main, subcommand
from invapi_emulator.cli.reference_page import reference_page
from invapi_emulator.cli.setting_flags import given
from invapi_emulator.ending import ended
from invapi_emulator.errors import CannotStart
from invapi_emulator.process.http_names import is_local
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.storage.versions import HEAD
from invapi_emulator.worlds.named import scenario_names
from tests.support.harness import Emulator
from tests.support.processes import ROOT


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> object:
    monkeypatch.setattr("sys.argv", ["invapi-emulator", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def test_invalid_arguments_give_one_line_and_status_2(
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
            f"--scenario: unknown scenario 'x' (known: {', '.join(scenario_names())})",
        ),
        (("serve", "--rate", "1", "--port"), "Option '--port' requires an argument."),
        (("serve", "--xyz"), "No such option '--xyz'."),
        (("xyz",), "No such command 'xyz'; run 'invapi-emulator --help' for a list"),
        (
            ("worker", "--db", "worlds.db"),
            "INVAPI_EMULATOR_RATE: '0': input should be greater than 0",
        ),
    ):
        assert run(monkeypatch, *words) == 2
        assert capsys.readouterr() == ("", f"invapi-emulator: {says}\n")


def test_version_and_help_end_with_success(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (("--version",), ("--help",), ("-h",), ("serve", "--help"), ("accounts", "create", "-h")):
        assert run(monkeypatch, *words) == 0
        assert "invapi-emulator" in capsys.readouterr().out


def test_the_help_of_a_command_is_the_same_after_it_ran_alone() -> None:
    page = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    for command in map(subcommand, COMMANDS):
        for each in getattr(command, "commands", {"": command}).values():
            each.get_help(click.Context(each, **each.context_settings))
    assert reference_page(page) == page


def test_allowed_hosts_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVAPI_EMULATOR_ALLOWED_HOSTS", "one,two")
    assert read_settings({}).allowed_hosts == ("one", "two")
    assert read_settings({"allowed_hosts": "three"}).allowed_hosts == ("three",)


def test_a_standalone_worker_refuses_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "worker", "--db", "worlds.db") == 2
    why = "a separate worker needs a PostgreSQL database; with worlds in memory or in a SQLite file, the server has its own worker"
    assert capsys.readouterr() == ("", f"invapi-emulator: --db: 'worlds.db': {why}\n")


def test_migrate_reports_what_it_did(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "worlds.db"
    for done in (f"created with schema {HEAD}", f"schema {HEAD} is already the newest"):
        assert run(monkeypatch, "migrate", "--db", str(file)) == 0
        assert capsys.readouterr().out == f"'{file}': {done}\n"
    assert run(monkeypatch, "migrate") == 2
    assert "required: the file or URL" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["allowed_origins", "admin_token"])
def test_a_setting_that_cannot_be_sent_is_refused(name: str) -> None:
    with pytest.raises(CannotStart, match=name.replace("_", "-")):
        read_settings({name: " localhost:3000"})


def test_an_address_is_local_by_name_too() -> None:
    assert [is_local(host) for host in ("localhost", "127.0.0.1", "::1", "0.0.0.0", "elsewhere")] == [
        True, True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "library", "extra"),
    [
        (("migrate", "--db", "postgresql://db/worlds"), "psycopg", "postgres"),
        (("serve", "--port", "0", "--tls"), "cryptography", "tls"),
        (("ca",), "cryptography", "tls"),
    ],
)
def test_a_missing_library_is_reported_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], library: str, extra: str
) -> None:  # fmt: skip
    monkeypatch.setitem(sys.modules, library, None)
    assert run(monkeypatch, *words) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.endswith(f"needs {library}, which is not installed: pip install 'invapi-emulator[{extra}]'\n")


def test_an_import_that_is_too_large_is_told_as_the_server_tells_it(
    emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = tmp_path / "world.yaml"
    world.write_text(f'vms:\n- id: 1\n  hostname: "{"a" * 20_000_000}"\n')
    assert ended(subcommand("import"), ["--url", emulator.url, str(world)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("import: 413 body_too_large: the body is larger than 16777216 bytes")


@pytest.mark.parametrize(
    ("flag", "name", "value"),
    [
        ("--worker", "no_worker", "true"), ("--no-live", "live", "true"), ("--no-tls", "tls", "true"), ("--no-fsync", "fsync", "true"),
        ("--no-worker", "no_worker", "false"), ("--live", "live", "false"),
    ],
)  # fmt: skip
def test_a_switch_undoes_its_environment_variable(
    monkeypatch: pytest.MonkeyPatch, flag: str, name: str, value: str
) -> None:
    monkeypatch.setenv(f"INVAPI_EMULATOR_{name.upper()}", value)
    command = subcommand("serve")
    for words, expected in (([], value), ([flag], "false" if value == "true" else "true")):
        flags = command.make_context("serve", words).params
        assert str(getattr(read_settings(given(flags)), name)).lower() == expected
