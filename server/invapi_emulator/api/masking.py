"""Keeping secrets out of the journal: fields that hold one, and the account's own wherever they turn up."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from invapi_emulator.actions import Value
from invapi_emulator.logs import MASK, without_made_up

CALLBACK = "eq_callback"

_NAMES = frozenset({"token", "apikey", "password", "passwd", "secret"})
_SECRET_WORDS = ('"token":', '"api_key":', '"password":')
_IN_ANSWER = re.compile(r'"(token|api_key|password)":"(?:[^"\\]|\\.)*(?:"|\Z)')
_IN_REFUSAL = re.compile(r"(invalid parameter (?:key|api_key|password|token): ).*?(; it takes|\Z)", re.DOTALL)
_SHORTEST = 8
"""Shorter secrets are masked by the names of their fields only: as a word they stand everywhere."""


@dataclass(frozen=True, slots=True)
class Masking:
    """Hides what is secret in a call of a module; `secrets` are the words that must not be seen.

    Without any nobody knows whose call it is, and whatever looks like a token is hidden.
    """

    module: str
    secrets: frozenset[str]

    @classmethod
    def of(cls, module: str, secrets: Iterable[str]) -> "Masking":
        return cls(module, frozenset(word for word in secrets if len(word) >= _SHORTEST))

    def field(self, name: str, value: Value) -> Any:
        """Return a field's value as it may be shown, an array as a list."""
        return MASK if self._is_secret(name) else self._value(value)

    def text(self, text: str) -> str:
        if len(text) < _SHORTEST:
            return text
        if not self.secrets:
            return without_made_up(text)
        for secret in self.secrets:
            text = text.replace(secret, MASK)
        return text

    def name(self, text: str) -> str:
        """Return a name that a client gave something, as it may be shown: whatever looks like a token is none."""
        return without_made_up(self.text(text))

    def answer(self, answer: str) -> str:
        """Mask tokens and passwords, also one that a refusal quotes because it is malformed."""
        if any(word in answer for word in _SECRET_WORDS):  # in few is one, and to look for the words is quick
            answer = _IN_ANSWER.sub(rf'"\1":"{MASK}"', answer)
        answer = self.text(answer)
        return answer if self.module == CALLBACK else _IN_REFUSAL.sub(rf"\1{MASK}\2", answer)

    def _is_secret(self, name: str) -> bool:
        """Tell by its name, however somebody spells it; a task's key is none, an API key is."""
        plain = name.lower().replace("_", "").replace("-", "")
        return plain in _NAMES or (plain == "key" and self.module != CALLBACK)

    def _value(self, value: Value) -> Any:
        return self.text(value) if isinstance(value, str) else [self._value(item) for item in value]
