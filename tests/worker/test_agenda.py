"""The agenda: each account once, the first one first."""

from invapi_emulator.worker.agenda import Agenda


def test_accounts_come_in_order_of_their_times_and_not_before() -> None:
    agenda = Agenda()
    for account_id, at in ((1, 30), (2, 10), (3, 20)):
        agenda.note(account_id, at)
    assert agenda.first_at() == 10
    assert [agenda.take(20), agenda.take(20), agenda.take(20)] == [2, 3, None]
    assert agenda.first_at() == 30
    assert [agenda.take(30), agenda.take(30), agenda.first_at()] == [1, None, None]


def test_a_new_time_takes_the_place_of_the_old_one_earlier_or_later() -> None:
    agenda = Agenda()
    agenda.note(1, 10)
    agenda.note(1, 20)
    assert agenda.take(15) is None
    agenda.note(1, 5)
    assert [agenda.take(5), agenda.take(100)] == [1, None]


def test_an_account_that_wants_nothing_any_more_does_not_come() -> None:
    agenda = Agenda()
    agenda.note(1, 10)
    agenda.note(1, None)
    agenda.note(2, None)
    assert (agenda.first_at(), agenda.take(100)) == (None, None)


def test_the_same_time_noted_again_and_again_is_kept_once() -> None:
    agenda = Agenda()
    for _ in range(1_000):
        agenda.note(1, 10)
    assert len(agenda._ahead) == 1
