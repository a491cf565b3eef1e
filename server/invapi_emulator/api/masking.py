"""Keeping secrets out of the journal: fields that hold one, and the account's own wherever they occur."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from msgspec import Struct

from invapi_emulator.api.masked_answers import without_named_secrets
from invapi_emulator.domain.callback_urls import CALLBACK_URL, shown_url
from invapi_emulator.domain.shown_fields import numbered
from invapi_emulator.engine.call import Fields
from invapi_emulator.process.generated_words import may_have_generated, without_generated
from invapi_emulator.process.masked_words import SecretWords, masked_beginning
from invapi_emulator.process.secret_words import (
    CUT,
    MASK,
    SHORTEST,
    is_secret,
    may_name_a_secret,
    names_a_secret,
)
from invapi_emulator.process.telling_texts import (
    may_assign,
    may_repeat_told,
    may_tell,
    name_without_told,
    parts_a_secret,
)

CALLBACK = "eq_callback"

_SECRET_WORDS = ('"token":', '"api_key":', '"password":')
_IN_ANSWER = re.compile(r'"(token|api_key|password)":"(?:[^"\\]|\\.)*(?:"|\Z)')
_CUT_DIGITS = re.compile(rf"[0-9a-f]{{{SHORTEST},}}(?={re.escape(CUT)})")
_MOST_COMPARED = 20_000_000
"""Maximum number of secrets that were sent, times characters that may hold them."""

MOST_LOOKED_AT = 64 * 1024
"""Number of characters of an answer and of a field that are searched for secrets. What they hold makes the shown part shorter."""

_REMEMBERED = 1_000
"""Number of sets of field names whose secret ones are cached."""


class Masking(Struct, frozen=True):
    """Hides the secrets of a call: these words, and, if its account is unknown, all that look like a token.

    An `idle` masking only masks the fields whose names say that they are secret. One that `hides_all` shows no text.
    """

    module: str
    words: SecretWords
    all_generated: bool = False
    idle: bool = False
    hides_all: bool = False

    @staticmethod
    def of_unknown(module: str, sent: Iterable[str]) -> "Masking":
        """Return the masking of a call without an account, which sent these secrets."""
        return Masking(module, SecretWords.of(sent), all_generated=True)

    def for_text(self, text: str, answer: str) -> "Masking":
        """Return the masking for a call's text: an idle one if there is nothing to mask, one that hides all if that costs less."""
        whole = f"{text}\n{answer}"
        count = len(self.words.others) + len(self.words.begun)
        hides_all = count * len(whole) > _MOST_COMPARED
        idle = not (hides_all or may_tell(text) or may_repeat_told(answer) or self._occur_in(whole))
        return Masking(self.module, self.words, self.all_generated, idle, hides_all)

    def _occur_in(self, text: str) -> bool:
        return self.words.occur_in(text) or (self.all_generated and may_have_generated(text))

    def fields(self, fields: Fields) -> dict[str, Any]:
        """Return a few short fields masked. None of them is an array."""
        names = tuple(fields)
        if self.idle and not _any_may_assign(names):
            secret = _secret_among(names, keys_are_shown=self.module == CALLBACK)
            url = (
                {CALLBACK_URL: self.field(CALLBACK_URL, fields[CALLBACK_URL])}
                if CALLBACK_URL in fields
                else {}
            )
            return {**fields, **secret, **url}
        return numbered((self.name(name), self.field(name, value)) for name, value in fields.items())

    def field(self, name: str, value: Any) -> Any:
        """Return the value of a field, or of what a task has of it, masked. An array is a list."""
        if name == CALLBACK_URL:
            return self.text(shown_url(value)) if isinstance(value, str) else MASK
        is_secret_value = _is_secret(name, keys_are_shown=self.module == CALLBACK) or parts_a_secret(name)
        return MASK if is_secret_value else self._value(value, _Room())

    def name(self, name: str) -> str:
        """Return the name of a field masked, also a value that it has in it."""
        return MASK if self.hides_all else self.text(name_without_told(name))

    def text(self, text: str) -> str:
        if self.idle or len(text) < SHORTEST:
            return text
        if self.hides_all:
            return MASK
        text = self.words.masked(text)
        return without_generated(text) if self.all_generated else text

    def beginning(self, text: str, most: int) -> str:
        """Return the first characters of a text masked, without the rest of a secret that the cut would part."""
        return masked_beginning(self.text, text, most, self.words.longest)

    def name_beginning(self, name: str, most: int) -> str:
        return masked_beginning(self.name, name, most, self.words.longest)

    def answer(self, answer: str, most: int) -> str:
        """Return the first characters of an answer with tokens and passwords masked."""
        return masked_beginning(self._answer, answer, most, self.words.longest)

    def refusal(self, answer: str) -> str:
        """Mask also what a refusal repeats of a secret of which it cut the end."""
        if self.idle or CUT not in answer:
            return answer
        masked = self.words.parted_masked(answer)
        return _CUT_DIGITS.sub(MASK, masked) if self.all_generated else masked

    def _answer(self, answer: str) -> str:
        if any(
            word in answer for word in _SECRET_WORDS
        ):  # few texts have one, and looking for the words is quick
            answer = _IN_ANSWER.sub(rf'"\1":"{MASK}"', answer)
        if self.module == CALLBACK and may_name_a_secret(answer):
            answer = without_named_secrets(answer)
        return self.text(answer)

    def _value(self, value: Any, room: "_Room") -> Any:
        if isinstance(value, dict):
            return numbered(
                (room.masked(self.name_beginning, name), self._inner(name, item, room))
                for name, item in value.items()
            )
        if isinstance(value, list | tuple):
            return [self._value(item, room) for item in value]
        return room.masked(self.beginning, value) if isinstance(value, str) else value

    def _inner(self, name: str, item: Any, room: "_Room") -> Any:
        return MASK if names_a_secret(name) or parts_a_secret(name) else self._value(item, room)


class _Room:
    """How many characters of a value are still looked at, far more than are shown of an array. Of the others nothing is kept."""

    def __init__(self) -> None:
        self._left = MOST_LOOKED_AT

    def masked(self, beginning: Callable[[str, int], str], text: str) -> str:
        most = self._left
        self._left = max(most - len(text), 0)
        return beginning(text, most) if most else MASK


def is_hidden(name: str, module: str) -> bool:
    """Return whether a call's refusal does not repeat the value of a field of this name."""
    return name == CALLBACK_URL or _is_secret(name, keys_are_shown=module == CALLBACK)


@lru_cache(_REMEMBERED)
def _any_may_assign(names: tuple[str, ...]) -> bool:
    return any(map(may_assign, names))


@lru_cache(_REMEMBERED)
def _secret_among(names: tuple[str, ...], *, keys_are_shown: bool) -> dict[str, str]:
    """Return the secret ones of these field names, masked."""
    return {name: MASK for name in names if _is_secret(name, keys_are_shown=keys_are_shown)}


def _is_secret(name: str, *, keys_are_shown: bool) -> bool:
    """Tell whether a field of this name is secret, in any spelling. A task's key is not; an API key is."""
    return names_a_secret(name) if keys_are_shown else is_secret(name)
