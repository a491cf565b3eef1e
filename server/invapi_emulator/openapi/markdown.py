"""Tables and paragraphs of the generated pages of the documentation."""

import textwrap
from collections.abc import Iterable, Iterator

_WIDTH = 120


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield the lines of a table, the head first."""
    head = tuple(head)
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def filled(text: str, indent: str = "") -> str:
    """Break a paragraph into lines of at most 120 characters. `indent` begins each line after the first."""
    return textwrap.fill(
        text, _WIDTH, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )
