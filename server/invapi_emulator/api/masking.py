"""Keeping secrets out of the journal: fields that hold one, and the account's own wherever they occur."""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from msgspec import Struct

from invapi_emulator.domain.callback_urls import shown_url
from invapi_emulator.engine.call import Fields, Value
from invapi_emulator.process.logs import (
    MASK,
    is_secret,
    looks_generated,
    may_name_a_secret,
    names_a_secret,
    without_generated,
)
from invapi_emulator.storage.secrets import SHORTEST

CALLBACK = "eq_callback"

URL_FIELD = "post_install_callback"
"""A field with a URL, which may have secrets in its user, password and query."""

_SECRET_WORDS = ('"token":', '"api_key":', '"password":')
_IN_ANSWER = re.compile(r'"(token|api_key|password)":"(?:[^"\\]|\\.)*(?:"|\Z)')
_TEXT = r'"(?:[^"\\]|\\.)*(?:"|\Z)'
_NESTED = r"[\[{].*\Z"  # nested deeper than the levels below: all the rest
for _level in range(4):
    _NESTED = rf'[\[{{](?:{_TEXT}|{_NESTED}|[^"\[\]{{}}])*(?:[\]}}]|\Z)'
_IN_CONTEXT = re.compile(rf'"((?:[^"\\]|\\.)*)"(?::({_TEXT}|{_NESTED}))?', re.DOTALL)
"""A text, or a field with any name of a call that a check repeats. The second group is the field's value."""

_IN_REFUSAL = re.compile(
    r"(invalid parameter (?:key|\w*\[?(?:api_key|password|pass|callback|token)\]?): ).*?(; it takes|\Z)",
    re.DOTALL,
)
_REFUSED = "invalid parameter "
_REMEMBERED = 1_000
"""Number of sets of field names whose secret ones are cached."""


class Masking(Struct, frozen=True):
    """Hides the secrets of a call: the words `secrets`, and those that look like a token and are in `tokens`.

    Without `tokens` it is unknown which words are, and all that look so are masked. An `idle` masking only masks the
    fields whose names say that they are secret.
    """

    module: str
    secrets: tuple[str, ...]
    tokens: Collection[str] | None = None
    idle: bool = False

    @staticmethod
    def of(module: str, secrets: Iterable[str], tokens: Collection[str] | None = None) -> "Masking":
        return Masking(module, tuple([word for word in secrets if len(word) >= SHORTEST]), tokens)

    def for_text(self, text: str) -> "Masking":
        """Return the masking for a text. It is idle if that holds nothing to mask."""
        if self.tokens or (self.tokens is None and looks_generated(text)):
            return self
        for secret in self.secrets:
            if secret in text:
                return self
        return Masking(self.module, self.secrets, idle=True)

    def fields(self, fields: Fields) -> dict[str, Any]:
        """Return a few short fields masked. None of them is an array."""
        if self.idle:
            secret = _secret_among(tuple(fields), keys_are_shown=self.module == CALLBACK)
            url = {URL_FIELD: self.field(URL_FIELD, fields[URL_FIELD])} if URL_FIELD in fields else {}
            return {**fields, **secret, **url}
        return {self.text(name): self.field(name, value) for name, value in fields.items()}

    def field(self, name: str, value: Value) -> Any:
        """Return a field's value masked, an array as a list."""
        if name == URL_FIELD:
            return self.text(shown_url(value)) if isinstance(value, str) else MASK
        return MASK if _is_secret(name, keys_are_shown=self.module == CALLBACK) else self._value(value)

    def text(self, text: str) -> str:
        if self.idle or len(text) < SHORTEST:
            return text
        for secret in self.secrets:
            text = text.replace(secret, MASK)
        return without_generated(text, self.tokens)

    def answer(self, answer: str) -> str:
        """Mask tokens and passwords, also a malformed one that a refusal quotes."""
        if any(
            word in answer for word in _SECRET_WORDS
        ):  # few texts have one, and looking for the words is quick
            answer = _IN_ANSWER.sub(rf'"\1":"{MASK}"', answer)
        if self.module == CALLBACK and may_name_a_secret(answer):
            answer = _IN_CONTEXT.sub(_masked_field, answer)
        answer = self.text(answer)
        if self.module == CALLBACK or _REFUSED not in answer:
            return answer
        return _IN_REFUSAL.sub(rf"\1{MASK}\2", answer)

    def _value(self, value: Value) -> Any:
        if isinstance(value, dict):
            return {
                self.text(name): MASK if names_a_secret(name) else self._value(item)
                for name, item in value.items()
            }
        return self.text(value) if isinstance(value, str) else [self._value(item) for item in value]


def _masked_field(found: re.Match[str]) -> str:
    name, value = found[1], found[2]
    if value and names_a_secret(name):
        return f'"{name}":"{MASK}"'
    if value and value[0] != '"':
        return f'"{name}":{value[0]}{_IN_CONTEXT.sub(_masked_field, value[1:])}'
    return found[0]


@lru_cache(_REMEMBERED)
def _secret_among(names: tuple[str, ...], *, keys_are_shown: bool) -> dict[str, str]:
    """Return the secret ones of these field names, masked."""
    return {name: MASK for name in names if _is_secret(name, keys_are_shown=keys_are_shown)}


def _is_secret(name: str, *, keys_are_shown: bool) -> bool:
    """Tell whether a field of this name is secret, in any spelling. A task's key is not; an API key is."""
    return names_a_secret(name) if keys_are_shown else is_secret(name)
