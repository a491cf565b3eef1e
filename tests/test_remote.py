"""Commands that drive a running emulator."""

import shlex
from pathlib import Path

import pytest

from harness import Emulator, running
from invapi_emulator.cli import main


class Shell:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str) -> None:
        self.monkeypatch = monkeypatch
        self.capsys = capsys
        monkeypatch.setenv("INVAPI_EMULATOR_URL", url)

    def run(self, *words: str, status: int = 0) -> list[str]:
        """Type a command; return the lines on stdout, or on stderr if it must fail."""
        self.monkeypatch.setattr("sys.argv", ["invapi-emulator", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self.capsys.readouterr()
        assert (ended.value.code or 0) == status, err
        return (err if status else out).splitlines()


@pytest.fixture
def shell(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys, emulator.url)


def test_env_prints_lines_for_eval(shell: Shell, emulator: Emulator) -> None:
    lines = [shlex.split(line) for line in shell.run("env")]
    assert {word for word, _ in lines} == {"export"}
    assert dict(assignment.split("=", 1) for _, assignment in lines) == {
        "HOSTKEY_API_URL": emulator.url,
        "HOSTKEY_API_KEY": "demo-api-key",
        "HOSTKEY_TOKEN": "HOSTKEY_TOKEN",
        "HOSTKEY_USER": "demo@example.com",
        "HOSTKEY_PASSWORD": "demo-password",
    }


def test_advance_moves_the_clock_and_says_what_happened(shell: Shell, emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    made, ended, now = shell.run("advance", "idle")
    assert "snapshot_made vm=12345 type=snapshot name=a" in made
    assert f"task_ended task={key}" in ended
    assert now == f"demo: it is {emulator.clock()['now']}"
    assert shell.run("advance", "2030-01-01T01:00:00Z") == ["demo: it is 2030-01-01T01:00:00Z"]
    assert shell.run("advance", "0.5") == ["demo: it is 2030-01-01T01:00:00.500000Z"]


def test_reset_starts_again(shell: Shell, emulator: Emulator) -> None:
    emulator.do("eq", "off")
    assert shell.run("reset", "--scenario", "one-vm", "--seed", "5") == [
        "demo: scenario one-vm, seed 5, it is 2030-01-01T00:00:00Z"
    ]
    assert emulator.call("eq", "list")["servers"] == [12345]


def test_what_goes_wrong_is_one_line_that_names_it(shell: Shell) -> None:
    (line,) = shell.run("advance", "soon", status=2)
    assert line.startswith("invapi-emulator: 422 invalid: it takes")
    (line,) = shell.run("env", "--account", "nobody", status=2)
    assert line == "invapi-emulator: 404 account_not_found: there is no account 'nobody'"
    (line,) = shell.run("reset", "--url", "http://127.0.0.1:1", status=2)
    assert line.startswith("invapi-emulator: --url: no emulator answers at http://127.0.0.1:1: ")


def test_healthcheck_succeeds_in_silence(shell: Shell) -> None:
    assert shell.run("healthcheck") == []
    assert shell.run("healthcheck", "--wait", "60") == []


def test_healthcheck_fails_in_one_line_where_nobody_answers(shell: Shell) -> None:
    for flags in ((), ("--wait", "0.1")):
        (line,) = shell.run("healthcheck", "--url", "http://127.0.0.1:1", *flags, status=1)
        assert line.startswith("invapi-emulator: --url: no emulator answers at http://127.0.0.1:1: ")


def test_healthcheck_says_what_is_amiss_with_an_emulator(
    shell: Shell, tmp_path: Path, emulator: Emulator
) -> None:
    with running(db=str(tmp_path / "worlds.db")) as server:
        (tmp_path / "worlds.db").unlink()
        (line,) = shell.run("healthcheck", "--url", server.url, status=1)
    assert line == f"invapi-emulator: the emulator at {server.url} is not ready: no database"
    elsewhere = f"{emulator.url}/elsewhere"
    (line,) = shell.run("healthcheck", "--url", elsewhere, status=1)
    assert line.startswith("invapi-emulator: 404 ")


def test_healthcheck_refuses_a_wait_that_makes_no_sense(shell: Shell) -> None:
    (line,) = shell.run("healthcheck", "--wait", "-1", status=2)
    assert "--wait" in line


@pytest.mark.parametrize(("command", "status"), [("env", 2), ("healthcheck", 1)])
def test_a_url_that_makes_no_sense_is_one_line(shell: Shell, command: str, status: int) -> None:
    (line,) = shell.run(command, "--url", "http://127.0.0.1:none", status=status)
    assert line.startswith("invapi-emulator: --url: no emulator answers at http://127.0.0.1:none: ")
