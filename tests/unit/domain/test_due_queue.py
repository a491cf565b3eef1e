"""The queue of due times, by key."""

from hypothesis import given
from hypothesis import strategies as st

from invapi_emulator.domain.due_queue import DueQueue


def test_the_first_key_is_due_first_and_leaves_when_taken() -> None:
    queue = DueQueue([(30, 0, "late"), (10, 0, "early")])
    assert queue.first_at() == 10
    assert queue.take(5) is None
    assert [queue.take(40), queue.take(40), queue.take(40)] == ["early", "late", None]


def test_a_key_set_again_is_only_due_at_its_new_time() -> None:
    queue: DueQueue[str] = DueQueue()
    for at in (10, 20, 10, 15):
        queue.set("key", at)
    assert queue.due(12, 5) == []
    assert queue.due(15, 5) == ["key"]
    queue.set("key", None)
    assert queue.first_at() is None


def test_keys_due_at_one_time_are_in_order_and_limited_in_number() -> None:
    queue: DueQueue[str] = DueQueue()
    for place, key in ((3, "c"), (1, "a"), (2, "b")):
        queue.set(key, 10, place)
    assert queue.due(10, 2) == ["a", "b"]
    assert queue.due(10, 5) == ["a", "b", "c"]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 20)), max_size=60), st.integers(0, 20)
)
def test_the_queue_agrees_with_a_plain_mapping(changes: list[tuple[int, int | None]], now: int) -> None:
    queue: DueQueue[int] = DueQueue()
    plain: dict[int, int] = {}
    for key, at in changes:
        queue.set(key, at)
        if at is None:
            plain.pop(key, None)
        else:
            plain[key] = at
    assert queue.times() == plain
    assert queue.first_at() == min(plain.values(), default=None)
    assert {*queue.due(now, 100)} == {key for key, at in plain.items() if at <= now}
