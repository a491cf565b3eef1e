"""The table of assumptions: what words turn them, and that each has what it needs."""

import re
from pathlib import Path

import pytest

from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS, Assumed
from invapi_emulator.contract.assumptions.unswitched import WHY_NO_SWITCH
from invapi_emulator.contract.clauses import clauses
from invapi_emulator.errors import CannotStart
from invapi_emulator.settings import read_settings
from tests.support.harness import Emulator, running

TESTS = "".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_*.py"))


def test_the_two_ids_that_others_rely_on_are_these() -> None:
    assert ASSUMPTIONS["A-07"].readings["off"] == "it is off, and stays so"
    assert ASSUMPTIONS["A-12"].default == "stays"
    assert ASSUMPTIONS["A-21"].reading("no") == "queued"


@pytest.mark.parametrize("id_", sorted(ASSUMPTIONS))
def test_each_other_reading_has_a_test(id_: str) -> None:
    turned = ASSUMPTIONS[id_]
    words = "|".join(["no", *turned.others])
    used = re.findall(rf"{id_}=({words})\b|{id_.replace('-', '_')}=\"({words})\"", TESTS)
    found = {turned.reading(first or second) for first, second in used}
    assert found >= set(turned.others) or f"assume({id_.replace('-', '_')}=reading)" in TESTS


@pytest.mark.parametrize(
    "number", [number for number, clause in clauses().items() if "assumed" in clause.bases]
)
def test_each_choice_is_a_switch_or_says_why_not(number: str) -> None:
    switched = {turned.clause for turned in ASSUMPTIONS.values()}
    assert (number in switched) != (number in WHY_NO_SWITCH)


def test_no_switch_is_about_a_clause_there_is_not() -> None:
    assert {turned.clause for turned in ASSUMPTIONS.values()} <= set(clauses())
    assert set(WHY_NO_SWITCH) <= set(clauses())


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (
            "A-12=maybe",
            "assumption A-12, what becomes of a failed task's key, takes stays, spent; yes is stays, no is spent",
        ),
        ("A-99=no", "there is no assumption 'A-99'; there are A-01 to A-36"),
        ("A-12", "'A-12' is no assumption with its reading; one is A-12=no"),
    ],
)
def test_a_word_that_turns_nothing_ends_the_start(word: str, said: str) -> None:
    with pytest.raises(CannotStart, match=re.escape(f"--assume: {word!r}: {said}")):
        read_settings({"assume": word})


def test_yes_turns_back_and_a_reading_has_a_name() -> None:
    assert read_settings({"assume": "A-21=queued,A-12=no,A-07=yes"}).assume == ("A-12=spent", "A-21=queued")
    assert Assumed({"A-12": "spent"}).changed({"A-12": "yes"}) == Assumed()


def test_a_servers_readings_are_those_of_accounts_made_new() -> None:
    with running(assume="A-14=no,A-12=no") as server:
        import httpx  # noqa: PLC0415 - for this test alone

        with httpx.Client(base_url=server.url, timeout=60) as http:
            demo = Emulator(server, http)
            assert demo.call("eq", "list")["servers"][0] == "12345"
            body = {"name": "other", "assume": {"A-14": "yes"}}
            made = http.post("/_emulator/accounts", json=body).json()
            assert made["assume"] == {"A-12": "spent"}
            demo.assume(A_14="yes")
            assert demo.call("eq", "list")["servers"][0] == 12345
            demo.reset()
            assert demo.call("eq", "list")["servers"][0] == "12345"


def test_the_control_api_shows_each_with_the_reading_in_force(emulator: Emulator) -> None:
    shown = emulator.assume(A_12="no", A_21="queued")["assumptions"]
    assert [each["id"] for each in shown] == sorted(ASSUMPTIONS)
    in_force = {
        each["id"]: each["reading"] for each in shown if each["reading"] != next(iter(each["readings"]))
    }
    assert in_force == {"A-12": "spent", "A-21": "queued"}
    assert emulator.control("GET", "/assumptions")["assumptions"] == shown


@pytest.mark.parametrize("body", [{"A-12": "maybe"}, {"A-99": "no"}, {"A-12": 1}])
def test_the_control_api_refuses_what_turns_nothing(emulator: Emulator, body: dict[str, object]) -> None:
    answer = emulator.control("PUT", "/assumptions", body, status=422)
    assert "A-" in answer["error"]["message"]
    assert emulator.control("GET", "")["assume"] == {}


def test_readings_may_be_a_mapping_in_python() -> None:
    assert read_settings({"assume": {"A-12": "no"}}).assume == ("A-12=spent",)
