"""A command that does not exist is refused with the command that was probably meant."""

import pytest

from invapi_emulator.cli.main import commands
from invapi_emulator.cli.unknown_commands import _SYNONYMS
from invapi_emulator.ending import ended
from invapi_emulator.errors import CannotStart
from tests.support.commands import leaves
from tests.support.offenders import assert_none


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("faults remove 1", "clear"),
        ("faults rm 1", "clear"),
        ("faults create reject", "add"),
        ("faults ad reject", "add"),
        ("accounts remove one", "delete"),
        ("accounts ls", "list"),
        ("accounts add one", "create"),
        ("accounts lists", "list"),
        ("task", "tasks"),
        ("request --follow", "requests"),
        ("fault add reject", "faults"),
        ("serv", "serve"),
        ("start", "serve"),
        ("logs", "requests"),
        ("create one", "accounts create"),
        ("delete one", "accounts delete"),
        ("clear", "faults clear"),
    ],
)
def test_the_nearest_command_is_named(capsys: pytest.CaptureFixture[str], words: str, meant: str) -> None:
    assert ended(commands, words.split(), CannotStart) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("invapi-emulator: No such command ")
    assert err.endswith(f"; did you mean {meant!r}?\n")


@pytest.mark.parametrize("group", ["invapi-emulator", "invapi-emulator accounts", "invapi-emulator faults"])
def test_where_nothing_is_near_the_help_is_named(capsys: pytest.CaptureFixture[str], group: str) -> None:
    assert ended(commands, [*group.split()[1:], "xyz"], CannotStart) == 2
    assert (
        capsys.readouterr().err
        == f"invapi-emulator: No such command 'xyz'; run '{group} --help' for a list\n"
    )


def test_a_wrong_option_before_the_command_is_refused_as_an_option(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ended(commands, ["--port", "9"], CannotStart) == 2
    assert capsys.readouterr().err == "invapi-emulator: No such option '--port'.\n"


def test_each_word_of_other_tools_leads_to_a_command() -> None:
    verbs = {words.split()[-1] for words in leaves()}
    assert_none(name for name in _SYNONYMS if name not in verbs)
