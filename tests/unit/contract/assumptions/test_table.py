"""The table of assumptions: which words it takes, and that each entry is complete."""

import ast
import inspect
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from invapi_emulator.contract.assumptions import catalogue, descriptions, power, snapshots, tasks, transport
from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS, Assumed, Assumption
from invapi_emulator.contract.assumptions.without_options import WHY_NO_OPTIONS
from invapi_emulator.contract.clauses import clauses
from invapi_emulator.errors import CannotStart
from invapi_emulator.settings_sources import read_settings
from tests.support.harness import Emulator, running
from tests.support.offenders import assert_none

TESTS = "".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_*.py"))


def test_the_two_ids_that_others_rely_on_are_these() -> None:
    assert ASSUMPTIONS["A-07"].options["off"] == "it is off, and stays so"
    assert ASSUMPTIONS["A-12"].default == "stays"
    assert ASSUMPTIONS["A-21"].option("no") == "queued"


def untested_options(found: Assumption[Any]) -> set[str]:
    """Return the other options that no test here sets: as `A-12=no`, or as `{"A-12": "no"}`."""
    words = "|".join(["no", *found.others])
    used = re.findall(rf"{found.id}(?:=|\": \")({words})\b", TESTS)
    in_turn = f'{{"{found.id}": option}}' in TESTS
    return set() if in_turn else set(found.others) - {found.option(word) for word in used}


def test_each_other_option_has_a_test() -> None:
    assert_none(
        f"{id_}={option}" for id_ in sorted(ASSUMPTIONS) for option in untested_options(ASSUMPTIONS[id_])
    )


def test_each_choice_is_an_assumption_or_says_why_not() -> None:
    assumed = {found.clause for found in ASSUMPTIONS.values()}
    chosen = [number for number, clause in clauses().items() if "assumed" in clause.bases]
    assert chosen
    assert_none(number for number in chosen if (number in assumed) == (number in WHY_NO_OPTIONS))


@pytest.mark.parametrize("subject", [catalogue, descriptions, power, snapshots, tasks, transport])
def test_mypy_knows_every_option(subject: ModuleType) -> None:
    # From the source: at runtime, Literals of the same words are one, whatever their order.
    annotated = [
        node for node in ast.parse(inspect.getsource(subject)).body if isinstance(node, ast.AnnAssign)
    ]
    assert annotated
    for node in annotated:
        words = [word.value for word in ast.walk(node.annotation) if isinstance(word, ast.Constant)]
        assert words == list(getattr(subject, ast.unparse(node.target)).options)


def test_no_assumption_is_about_an_unknown_clause() -> None:
    assert {found.clause for found in ASSUMPTIONS.values()} <= set(clauses())
    assert set(WHY_NO_OPTIONS) <= set(clauses())


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (
            "A-12=maybe",
            "assumption A-12, whether the key of a failed task stays, takes stays, spent; yes is stays, no is spent",
        ),
        ("A-99=no", "unknown assumption 'A-99' (docs/reference/assumptions.md lists the assumptions)"),
        ("A-12", "'A-12' is not an assumption with its option (example: A-12=no)"),
    ],
)
def test_an_unknown_word_ends_the_start(word: str, said: str) -> None:
    with pytest.raises(CannotStart, match=re.escape(f"--assume: {word!r}: {said}")):
        read_settings({"assume": word})


def test_yes_is_the_default_and_an_option_has_a_name() -> None:
    assert read_settings({"assume": "A-21=queued,A-12=no,A-07=yes"}).assume == ("A-12=spent", "A-21=queued")
    assert Assumed({"A-12": "spent"}).changed({"A-12": "yes"}) == Assumed()


def test_new_accounts_have_the_servers_options() -> None:
    with running(assume="A-14=no,A-12=no") as server, httpx.Client(base_url=server.url, timeout=60) as http:
        demo = Emulator(server, http)
        assert demo.call("eq", "list")["servers"][0] == "12345"
        body = {"name": "other", "assume": {"A-14": "yes"}}
        made = http.post("/_emulator/accounts", json=body).json()
        assert made["assume"] == {"A-12": "spent"}
        demo.assume({"A-14": "yes"})
        assert demo.call("eq", "list")["servers"][0] == 12345
        demo.reset()
        assert demo.call("eq", "list")["servers"][0] == "12345"


def test_the_control_api_shows_each_with_the_option_in_force(emulator: Emulator) -> None:
    shown = emulator.assume({"A-12": "no", "A-21": "queued"})["assumptions"]
    assert [each["id"] for each in shown] == sorted(ASSUMPTIONS)
    in_force = {each["id"]: each["option"] for each in shown if each["option"] != next(iter(each["options"]))}
    assert in_force == {"A-12": "spent", "A-21": "queued"}
    assert all((each["reading"], each["readings"]) == (each["option"], each["options"]) for each in shown)
    assert emulator.control("GET", "/assumptions")["assumptions"] == shown


@pytest.mark.parametrize("body", [{"A-12": "maybe"}, {"A-99": "no"}, {"A-12": 1}])
def test_the_control_api_refuses_unknown_words(emulator: Emulator, body: dict[str, object]) -> None:
    answer = emulator.control("PUT", "/assumptions", body, status=422)
    assert "A-" in answer["error"]["message"]
    assert emulator.control("GET", "")["assume"] == {}


def test_options_may_be_a_mapping_in_python() -> None:
    assert read_settings({"assume": {"A-12": "no"}}).assume == ("A-12=spent",)
