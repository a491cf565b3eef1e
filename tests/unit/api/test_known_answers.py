"""Answers about the server's own catalogue are kept by what was sent, for calls without a token."""

from collections.abc import Iterator
from itertools import count

import pytest

from invapi_emulator.api.exchange import Exchange
from invapi_emulator.storage.database import Database
from tests.support.calls import called
from tests.support.catalogues import SMALL, ask, ids
from tests.support.fake_clock import FakeClock, opened
from tests.support.harness import TOKEN, Emulator

_NUMBERS = count()


@pytest.fixture
def other() -> str:
    """Return a word that no call has sent before."""
    return f"word {next(_NUMBERS)}"


@pytest.fixture
def database(time: FakeClock) -> Iterator[Database]:
    with opened(time, clock="frozen") as database:
        yield database


def was_known(exchange: Exchange) -> bool:
    """Return whether a call was answered before its parameters were validated."""
    assert exchange.answer is not None
    assert exchange.answer.reason is None
    return not hasattr(exchange, "params")


def test_the_same_fields_are_answered_without_asking_the_handler_again(
    database: Database, other: str
) -> None:
    first, second = (called(database, "presets", action="list", other=other) for _ in range(2))
    assert not was_known(first)
    assert was_known(second)
    assert first.answer == second.answer


def test_other_fields_are_another_question(database: Database, other: str) -> None:
    called(database, "presets", action="list", other=other)
    assert not was_known(called(database, "presets", action="list", other=other, filter="pico"))


def test_a_call_with_a_token_asks_its_account(database: Database) -> None:
    for _ in range(2):
        assert not was_known(called(database, "presets", action="list", token=TOKEN))


def test_long_fields_are_not_kept(database: Database) -> None:
    for _ in range(2):
        assert not was_known(called(database, "presets", action="list", other="x" * 500))


def test_only_the_last_answers_are_kept(database: Database, other: str) -> None:
    for number in range(65):
        called(database, "presets", action="list", other=f"{other}: {number}")
    assert was_known(called(database, "presets", action="list", other=f"{other}: 64"))
    assert not was_known(called(database, "presets", action="list", other=f"{other}: 0"))


def test_an_accounts_own_catalogue_and_the_servers_are_not_mixed_up(emulator: Emulator) -> None:
    emulator.control("PUT", "/state", {"catalogue": SMALL})
    servers = ids(ask(emulator, "presets")["presets"])
    assert ids(ask(emulator, "presets", token=TOKEN)["presets"]) == [7]
    assert ids(ask(emulator, "presets")["presets"]) == servers != [7]
