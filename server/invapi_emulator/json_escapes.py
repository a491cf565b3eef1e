"""JSON that a terminal can show: what does not print is an escape of JSON, which every reader takes for the same."""

import json


def escaped_json(text: str) -> str:
    """Return a text in JSON without control characters and marks of direction. Line ends between its values stay."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else _escape(c) for c in text)


def _escape(character: str) -> str:
    """Return the escape of a character. JSON's own has no DEL."""
    return "\\u007f" if character == "\x7f" else json.dumps(character)[1:-1]
