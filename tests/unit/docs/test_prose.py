"""The prose of the documentation, the messages and the page: short sentences in plain English."""

import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

from invapi_conformance.cli import conformance
from invapi_emulator.application import create_app
from invapi_emulator.cli.main import COMMANDS
from tests.support.calques import calques_in
from tests.support.commands import command_of, leaves
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
    """Return the text of each page of docs/, and of those beside it, by its path."""
    files = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
    found = {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in files}
    assert len(found) > 40
    return found


def findings_in(name: str, text: str) -> Iterator[str]:
    """Yield a line for each sentence of a page that is too long, dated, or reads as translated."""
    sentences = list(sentences_of_page(text))
    yield from calques_in(sentences)
    if not name.startswith("docs/evidence/"):
        yield from too_long(sentences)
        if name != "CHANGELOG.md":  # a release has its date there
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


def test_the_help_is_in_plain_english() -> None:
    named = [words for words in (*leaves(), *COMMANDS) if words != "conformance"]  # which has none of its own
    helps = {words: command_of(words).help for words in named} | {"the kit": conformance.help}
    assert all(helps.values())
    assert_none(
        f"{words}:{finding}"
        for words, text in helps.items()
        for finding in findings_in(words, cleandoc(str(text)))
    )


def described(node: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield each summary and description of the API's own description, with its place."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, inner in pairs:
        if name in ("summary", "description") and isinstance(inner, str):
            yield f"{place}/{name}", inner
        else:
            yield from described(inner, f"{place}/{name}")


def test_the_description_of_the_api_is_in_plain_english() -> None:
    texts = list(described(create_app().openapi(), ""))
    assert len(texts) > 1_000
    assert_none(f"{place}:{found}" for place, text in texts for found in calques_in(sentences_of_page(text)))


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
