"""What the checks of prose see: sentences, words, calques."""

import pytest

from tests.support.calques import calques_in
from tests.support.prose import Sentence, sentences_of_page, texts_of_code

PAGE = """\
# A heading

One sentence, e.g. this. Two
lines of a [link](x.md#y) with `code. In it`!

- An item
  goes on. It ends.
1. Another one

| a cell | `x|y` |
|---|---|
| First. Second | third<br>fourth |

```console
$ curl is no prose. It is code
```

    code that is indented. It is code

The end is 3.6 of it.
"""


def test_a_page_has_these_sentences() -> None:
    assert [(sentence.line, sentence.text) for sentence in sentences_of_page(PAGE)] == [
        (1, "A heading"),
        (3, "One sentence, e.g. this"),
        (3, "Two lines of a link with `code`!"),
        (6, "An item goes on"),
        (6, "It ends."),
        (8, "Another one"),
        (10, "a cell"),
        (10, "`code`"),
        (12, "First"),
        (12, "Second"),
        (12, "third"),
        (12, "fourth"),
        (20, "The end is 3.6 of it."),
    ]


def test_headings_are_marked() -> None:
    assert [sentence.text for sentence in sentences_of_page(PAGE) if sentence.heading] == ["A heading"]


def test_words_are_counted_and_code_is_one() -> None:
    (sentence,) = sentences_of_page("Send `a=1 b=2` - twice, at 3.6 s.")
    assert sentence.words == 6


def test_the_strings_of_code_are_read_and_its_docstrings_are_not() -> None:
    source = '"""A docstring."""\nraise ValueError(f"{x} is bad. Use {y}", comment="of a column")\n'
    assert [sentence.text for sentence in texts_of_code(source)] == ["x is bad", "Use x"]


@pytest.mark.parametrize(
    "text",
    [
        "For whoever writes a client",
        "A call that is nobody's",
        "It is no JSON",
        "A module that is none",
        "A flag goes over a variable",
        "With so many calls",
        "It stands in the answer's header",
        "What loses something asks first.",
        "What becomes of a key",
        "It lasts for ever",
        "A restore wants the VM off",
    ],
)
def test_a_calque_is_found(text: str) -> None:
    assert list(calques_in([Sentence(1, text)]))


@pytest.mark.parametrize(
    "text",
    [
        "There is no network.",
        "The key is no longer valid.",
        "What does it do?",
        "The clock stands still.",
        "The price is not a number.",
        "If there is none, the call is refused.",
    ],
)
def test_plain_english_passes(text: str) -> None:
    assert not list(calques_in([Sentence(1, text)]))
