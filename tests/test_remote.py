"""Commands that drive a running emulator."""

import shlex

import pytest

from harness import Emulator
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
