"""Randomness: a function of the seed if there is one, otherwise real randomness for keys."""

from hypothesis import given
from hypothesis import strategies as st

from invapi_emulator.randomness import Chance, is_task_key

words = st.lists(st.text(max_size=5) | st.integers(), min_size=1, max_size=4)


@given(st.integers(0, 2**63), words)
def test_a_draw_is_a_function_of_seed_and_words(seed: int, words: list[str | int]) -> None:
    one, other = Chance(seed, "one", repeatable=True), Chance(seed, "other", repeatable=True)
    assert 0 <= one.fraction(*words) < 1
    assert one.fraction(*words) == other.fraction(*words)
    assert one.uuid(*words) == other.uuid(*words)
    assert one.task_key(*words) == one.task_key(*words) != other.task_key(*words)
    assert one.token(*words) != other.token(*words)


@given(words)
def test_without_a_seed_keys_and_tokens_never_repeat(words: list[str | int]) -> None:
    chance = Chance(1, "one", repeatable=False)
    assert chance.task_key(*words) != chance.task_key(*words)
    assert chance.token(*words) != chance.token(*words)
    assert chance.fraction(*words) == chance.fraction(*words)


@given(repeatable=st.booleans(), words=words)
def test_keys_have_the_right_form(*, repeatable: bool, words: list[str | int]) -> None:
    assert is_task_key(Chance(1, "one", repeatable=repeatable).task_key(*words))
