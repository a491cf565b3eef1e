"""Keeping secrets out of the journal: fields that hold one, and the account's own wherever they turn up."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from msgspec import Struct

from invapi_emulator.engine.call import Fields, Value
from invapi_emulator.process.logs import MASK, looks_generated, without_generated

CALLBACK = "eq_callback"

_NAMES = frozenset({"token", "apikey", "password", "passwd", "secret"})
_SECRET_WORDS = ('"token":', '"api_key":', '"password":')
_IN_ANSWER = re.compile(r'"(token|api_key|password)":"(?:[^"\\]|\\.)*(?:"|\Z)')
_IN_REFUSAL = re.compile(r"(invalid parameter (?:key|api_key|password|token): ).*?(; it takes|\Z)", re.DOTALL)
_REFUSED = "invalid parameter "
_REMEMBERED = 1_000
"""Number of sets of names of fields about which it is remembered which of them tell a secret."""

_SHORTEST = 8
"""Shorter secrets are masked by the names of their fields only: as a word they stand everywhere."""


class Masking(Struct, frozen=True):
    """Hides what is secret in a call of a module; `secrets` are the words that must not be seen.

    Without any nobody knows whose call it is, and whatever looks like a token is hidden. One that is `idle` has nothing
    to hide but the fields whose names tell.
    """

    module: str
    secrets: tuple[str, ...]
    idle: bool = False

    @staticmethod
    def of(module: str, secrets: Iterable[str]) -> "Masking":
        return Masking(module, tuple([word for word in secrets if len(word) >= _SHORTEST]))

    def for_texts(self, names: str, texts: Iterable[str]) -> "Masking":
        """Return the masking for these names, a line each, and texts: an idle one if nothing in them is to be hidden."""
        if looks_generated(names) or not self.secrets:
            return self
        together = "\n".join((names, *texts))
        for secret in self.secrets:
            if secret in together:
                return self
        return Masking(self.module, self.secrets, idle=True)

    def fields(self, fields: Fields) -> dict[str, Any]:
        """Return a few short fields as they may be shown, arrays as lists."""
        if self.idle:
            secret = _secret_among(tuple(fields), keys_are_shown=self.module == CALLBACK)
            return {**fields, **secret} if secret else {**fields}
        return {self.text(name): self.field(name, value) for name, value in fields.items()}

    def field(self, name: str, value: Value) -> Any:
        """Return a field's value as it may be shown, an array as a list."""
        return MASK if _is_secret(name, keys_are_shown=self.module == CALLBACK) else self._value(value)

    def text(self, text: str) -> str:
        if self.idle or len(text) < _SHORTEST:
            return text
        if not self.secrets:
            return without_generated(text)
        for secret in self.secrets:
            text = text.replace(secret, MASK)
        return text

    def name(self, text: str) -> str:
        """Return a name that a client gave something, as it may be shown: whatever looks like a token is none."""
        return text if self.idle else without_generated(self.text(text))

    def answer(self, answer: str) -> str:
        """Mask tokens and passwords, also one that a refusal quotes because it is malformed."""
        if any(word in answer for word in _SECRET_WORDS):  # in few is one, and to look for the words is quick
            answer = _IN_ANSWER.sub(rf'"\1":"{MASK}"', answer)
        answer = self.text(answer)
        if self.module == CALLBACK or _REFUSED not in answer:
            return answer
        return _IN_REFUSAL.sub(rf"\1{MASK}\2", answer)

    def _value(self, value: Value) -> Any:
        return self.text(value) if isinstance(value, str) else [self._value(item) for item in value]


@lru_cache(_REMEMBERED)
def _secret_among(names: tuple[str, ...], *, keys_are_shown: bool) -> dict[str, str]:
    """Return those of the names of fields that tell a secret, masked."""
    return {name: MASK for name in names if _is_secret(name, keys_are_shown=keys_are_shown)}


def _is_secret(name: str, *, keys_are_shown: bool) -> bool:
    """Tell by its name, however somebody spells it; a task's key is none, an API key is."""
    plain = name.lower()
    return plain.replace("_", "").replace("-", "") in _NAMES or (plain == "key" and not keys_are_shown)
