"""Keeps secrets out of everything that is printed or stored."""

import re
from collections.abc import Iterable
from typing import Any

MASK = "***"
SHORTEST = 4
_TOKEN = re.compile(r"\b[0-9a-f]{32}\b")
_KEY = re.compile(r"\b([a-z0-9]{4})[a-z0-9]{28}\b")


class Masking:
    """Masks secret words and everything that looks like a token. Shortens keys of tasks."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = sorted((word for word in secrets if len(word) >= SHORTEST), key=len, reverse=True)

    def text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return _KEY.sub(r"\1…", _TOKEN.sub(MASK, text))

    def value(self, value: Any) -> Any:
        """Mask all strings in a JSON value."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(name)): self.value(item) for name, item in value.items()}
        return [self.value(item) for item in value] if isinstance(value, list) else value
