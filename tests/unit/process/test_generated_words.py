"""Words that look generated are found in runs of hexadecimal digits as an expression finds them, in less time."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from invapi_emulator.process.generated_words import generated_in, may_have_generated, without_generated
from invapi_emulator.process.secret_words import MASK


@settings(max_examples=300)
@given(st.lists(st.sampled_from(["a" * 31, "0" * 32, "f" * 9, "x", "é", "\ud800", "%61", "%2561"])))
def test_what_looks_generated_is_found_as_by_an_expression(parts: list[str]) -> None:
    text = "".join(parts)
    slow = re.compile(r"(?<![0-9a-f])[0-9a-f]{0,8}([0-9a-f]{32})(?![0-9a-f])")
    if may_have_generated(text):
        assert generated_in(text) >= set(slow.findall(text))
    assert may_have_generated(text) == ("%" in text or re.search("[0-9a-f]{32}", text) is not None)
    if "%" not in text:
        assert without_generated(text) == re.sub(
            "[0-9a-f]{32,}", lambda run: masked_run(run[0], words_of(text)), text
        )


def words_of(text: str) -> list[str]:
    """Return the words of 32 digits in runs of up to 128, counted in steps of 32 from either end."""
    runs = [run for run in re.findall("[0-9a-f]{32,}", text) if len(run) <= 128]
    return [
        word
        for run in runs
        for word in re.findall("." * 32, run) + re.findall("." * 32, run[len(run) % 32 :])
    ]


def masked_run(run: str, words: list[str]) -> str:
    for at in range(len(run) - 31):
        if run[at : at + 32] in words:
            return run[:at] + MASK + masked_run(run[at + 32 :], words)
    return run
