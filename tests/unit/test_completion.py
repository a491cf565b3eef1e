"""Completion in shells: the script that a shell runs, and the words that fit what was typed."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from invapi_conformance.cli import conformance
from invapi_emulator.cli.main import COMMANDS, commands
from invapi_emulator.ending import ended
from tests.support.harness import Emulator
from tests.support.processes import DEADLINE, environment

SHELLS = ["bash", "zsh", "fish"]
EMULATOR, KIT = "_INVAPI_EMULATOR_COMPLETE", "_INVAPI_CONFORMANCE_COMPLETE"


def completed(
    monkeypatch: pytest.MonkeyPatch,
    shell: str,
    typed: str,
    command: click.Command = commands,
    name: str = EMULATOR,
) -> int:
    """Ask as a shell does at the end of what was typed."""
    last = typed.rpartition(" ")[2]
    monkeypatch.setenv(name, f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", last if shell == "fish" else str(typed.count(" ")))
    return ended(command, [])


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_is_told_the_words_that_fit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shell: str
) -> None:
    fitting = {word for word in COMMANDS if word.startswith("re")}
    for typed, expected in (
        ("invapi-emulator re", fitting),
        ("invapi-emulator serve --clo", {"--clock"}),
        ("invapi-emulator report --format js", {"json"}),
    ):
        assert completed(monkeypatch, shell, typed) == 0
        told = capsys.readouterr()
        assert {
            word for word in told.out.replace(",", "\n").replace("\t", "\n").split("\n") if word in expected
        } == expected
        assert told.err == ""
        assert "healthcheck" not in told.out


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("serve --clock f", {"frozen"}), ("serve --profile ", {"instant", "realistic", "slow", "hostile"}),
        ("serve --scenario one", {"one-vm"}), ("serve --assume A-12=", {"A-12=stays", "A-12=spent"}), ("serve --no-w", {"--no-worker"}),
        ("serve --log-level w", {"warning"}), ("accounts cr", {"create"}), ("accounts create --clock a", {"auto"}),
        ("accounts create --scenario mix", {"mixed-kinds"}), ("faults add rej", {"reject", "rejected_but_done"}),
        ("requests --result r", {"refused"}), ("requests --module eq_", {"eq_callback"}), ("requests --reason snapshot_l", {"snapshot_limit"}),
        ("requests --action create_s", {"create_snapshot"}), ("faults add reject --module eq --action reb", {"reboot"}),
        ("advance i", {"idle"}), ("reset --scenario one", {"one-vm"}), ("tasks --state d", {"done"}),
    ],
)  # fmt: skip
def test_values_are_completed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shell: str, typed: str, expected: set[str]
) -> None:  # fmt: skip
    assert completed(monkeypatch, shell, f"invapi-emulator {typed}") == 0
    assert expected <= words_of(capsys.readouterr().out)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("command", "typed"), [("env", "--account d"), ("open", "--account d"), ("accounts delete", "d")]
)
def test_accounts_of_the_running_emulator_are_completed(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    emulator: Emulator,
    shell: str,
    command: str,
    typed: str,
) -> None:
    emulator.emulator.account(name="deploy-tests")
    monkeypatch.delenv("INVAPI_EMULATOR_URL", raising=False)
    assert completed(monkeypatch, shell, f"invapi-emulator {command} --url {emulator.url} {typed}") == 0
    assert words_of(capsys.readouterr().out) >= {"demo", "deploy-tests"}
    monkeypatch.setenv("INVAPI_EMULATOR_URL", emulator.url)
    assert completed(monkeypatch, shell, f"invapi-emulator {command} {typed}") == 0
    assert words_of(capsys.readouterr().out) >= {"demo", "deploy-tests"}


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "http://a b"])
def test_without_an_emulator_nothing_is_completed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    monkeypatch.setenv("INVAPI_EMULATOR_URL", url)
    assert completed(monkeypatch, "bash", "invapi-emulator env --account d") == 0
    assert capsys.readouterr() == ("\n", "")


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("serve --db w", "file"),
        ("serve --scenario worlds/", "file"),
        ("serve --ca-dir ", "dir"),
        ("export w", "file"),
        ("import w", "file"),
        ("migrate --db ", "file"),
        ("ca --ca-dir ", "dir"),
    ],
)
def test_files_and_folders_are_left_to_the_shell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, kind: str
) -> None:
    assert completed(monkeypatch, "bash", f"invapi-emulator {typed}") == 0
    assert capsys.readouterr().out.startswith(f"{kind},")


def words_of(out: str) -> set[str]:
    return set(out.replace(",", "\n").replace("\t", "\n").split("\n"))


@pytest.mark.parametrize("shell", SHELLS)
def test_the_kit_is_completed_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shell: str
) -> None:
    assert completed(monkeypatch, shell, "invapi-conformance --allow-p", conformance, KIT) == 0
    assert "--allow-power" in capsys.readouterr().out


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_a_shell_names_command_and_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shell: str
) -> None:
    monkeypatch.setenv(EMULATOR, f"{shell}_source")
    assert ended(commands, []) == 0
    out = capsys.readouterr().out
    assert f"{EMULATOR}={shell}_complete" in out
    assert "invapi-emulator" in out


@pytest.mark.parametrize(
    "asked", ["", "bash", "csh_source", "bash_complete", "zsh_complete", "fish_complete", "bash_x", "é_\n"]
)
def test_another_question_is_one_line_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: str
) -> None:
    monkeypatch.setenv(EMULATOR, asked)
    monkeypatch.delenv("COMP_WORDS", raising=False)
    assert ended(commands, ["--version"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"invapi-emulator: {EMULATOR}: {asked!r}: expected ")


TYPED = """
shopt -s extglob progcomp
eval "$(_INVAPI_EMULATOR_COMPLETE=bash_source invapi-emulator)"
complete -p invapi-emulator
COMP_WORDS=(invapi-emulator repor) COMP_CWORD=1
_invapi_emulator_completion invapi-emulator repor invapi-emulator
echo "${COMPREPLY[@]}"
"""


@pytest.mark.acceptance
def test_a_real_bash_completes() -> None:
    folder = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-c", TYPED], capture_output=True, text=True, timeout=DEADLINE, check=True,
        env=environment(PATH=f"{folder}:/usr/bin:/bin"),
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.endswith("\nreport\n")
