"""The prose of the documentation, the messages and the page: short sentences in plain English."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.calques import calques_in
from tests.support.offenders import assert_none
from tests.support.prose import Sentence, sentences_of_page, texts_of_code

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
SERVER = ROOT / "server"
PAGE = SERVER / "invapi_emulator" / "dashboard"

LONGEST = 30
"""The maximum number of words in a sentence outside docs/evidence."""

DATED = re.compile(r"\b202\d-\d\d-\d\d\b")
"""A date of a measurement or an attempt. These belong to docs/evidence."""

CLASS = re.compile(r"(?<![\w\[])(?:a-z|A-Z|0-9|a-f)")
"""A class of characters of a regular expression. A person reads "ASCII letters and digits" instead."""

EXPRESSION = re.compile(r"\{[{%].*?[%}]\}")
"""What Jinja fills in."""


def pages() -> dict[str, str]:
    """Return the text of each page of docs/, and of the README, by its path."""
    files = [ROOT / "README.md", *DOCS.rglob("*.md")]
    found = {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in files}
    assert len(found) > 40
    return found


def findings_in(name: str, text: str) -> Iterator[str]:
    """Yield a line for each sentence of a page that is too long, dated, or reads as translated."""
    sentences = list(sentences_of_page(text))
    yield from calques_in(sentences)
    if not name.startswith("docs/evidence/"):
        yield from too_long(sentences)
        yield from dated(sentences)


def too_long(sentences: list[Sentence]) -> Iterator[str]:
    for sentence in sentences:
        if sentence.words > LONGEST and not sentence.heading:
            yield f"{sentence.line}: {sentence.words} words: {sentence.text[:100]}"


def dated(sentences: list[Sentence]) -> Iterator[str]:
    for sentence in sentences:
        if found := DATED.search(sentence.text):
            yield f"{sentence.line}: the date {found[0]} belongs to docs/evidence: {sentence.text[:100]}"


def test_pages_have_short_sentences_in_plain_english() -> None:
    assert_none(f"{name}:{finding}" for name, text in pages().items() for finding in findings_in(name, text))


def test_messages_and_descriptions_are_in_plain_english() -> None:
    assert_none(
        f"{file.relative_to(ROOT)}:{finding}"
        for file in SERVER.rglob("*.py")
        for finding in calques_in(texts_of_code(file.read_text(encoding="utf-8")))
    )


def test_messages_name_characters_in_words() -> None:
    assert_none(
        f"{file.relative_to(ROOT)}:{sentence.line}: {sentence.text[:100]}"
        for file in SERVER.rglob("*.py")
        for sentence in texts_of_code(file.read_text(encoding="utf-8"))
        if CLASS.search(sentence.text) and "[" not in sentence.text
    )


def test_the_page_is_in_plain_english() -> None:
    assert_none(
        f"{file.relative_to(ROOT)}:{finding}"
        for file in [*(PAGE / "templates").iterdir(), *(PAGE / "static").glob("*.js")]
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        for finding in calques_in([Sentence(number, EXPRESSION.sub("x", line), heading=True)])
    )
