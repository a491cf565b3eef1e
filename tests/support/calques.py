"""Turns of phrase that read as translated, each with plain English. The texts of the project avoid them."""

import re
from collections.abc import Iterable, Iterator

from tests.support.prose import Sentence

PLAIN_ENGLISH = {
    r"\bwho(?:so)?ever\b": "the reader, the caller, or you",
    r"\bnobody's\b": "name what it is",
    r"\b(?:stands?|standing|stood)\b(?! (?:still|alone)\b)": "is, or is written",
    r"\b(?:go|goes|went|going) over\b": "overrides, or has precedence over",
    r"\bso many\b": "the number of, or a maximum of",
    r"(?<!\bthere )\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|later\b|earlier\b)\w": "is not a",
    r"(?<!\bthere )\b(?:is|are) none\b": "is not one",
    r"\b(?:made|makes?|making) new\b|\banew\b|\bmade again\b": "new, again, or created again",
    r"\b(?:becomes?|became|came|comes?) of\b": "what happens to, or the result of",
    r"\bmend(?:s|ed|ing)?\b": "fix",
    r"\bthere (?:is|are) already\b": "existing",
    r"\bfor ever\b": "forever",
    r"\bbut for\b|\b(?:all|nothing|none) but\b": "except, or only",
    r"\bbe it\b": "whether",
    r"\bcannot be now\b": "conflicts with the current state",
    r"\bcan be turned\b": "has options",
    r"\b(?:of|is|are) (?:theirs|ours)\b": "name the owner",
    r"\b(?:[Ii]t|client|server|action|call|[Rr]estore|[Rr]emoval) wants\b": "needs, or requires",
}
"""Plain English for each phrase, by its regular expression."""

_OPENING = re.compile(r"What\b.*[^?]")
"""A sentence that opens with "What" and asks nothing: begin with the noun."""

_PHRASES = [(re.compile(phrase, re.IGNORECASE), plain) for phrase, plain in PLAIN_ENGLISH.items()]


def calques_in(sentences: Iterable[Sentence]) -> Iterator[str]:
    """Yield a line for each phrase: where it begins, the words, and what to write."""
    for sentence in sentences:
        for phrase, plain in _PHRASES:
            if found := phrase.search(sentence.text):
                yield f"{sentence.line}: {found[0]!r} (write: {plain}): {sentence.text[:100]}"
        if not sentence.heading and _OPENING.fullmatch(sentence.text):
            yield f"{sentence.line}: opens with 'What' (begin with the noun): {sentence.text[:100]}"
