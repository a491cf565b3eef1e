"""Secrets that somebody put where they are not meant for: what journal and events mask."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import bindparam, exists, literal_column, or_, select

from invapi_emulator.process.generated_words import LONGEST_GENERATED, generated_in, may_have_generated
from invapi_emulator.process.masked_words import SecretWords, masked_beginning
from invapi_emulator.process.secret_words import SHORTEST
from invapi_emulator.storage import api_keys
from invapi_emulator.storage.statement import Statement
from invapi_emulator.storage.tables import account, session
from invapi_emulator.storage.unit_of_work import UnitOfWork

_MOST = 100
"""Number of words that are looked up. Of more, all are taken for secrets."""

_wanted: Any = bindparam("wanted")
_IS_KNOWN = Statement(
    select(literal_column("1")).where(
        or_(
            exists().where(session.c.token == _wanted),
            exists().where(account.c.token == _wanted),
            api_keys.logs_in(_wanted),
        )
    ),
    int,
)


def words_in(unit: UnitOfWork, text: str, sent: Iterable[str] = ()) -> SecretWords:
    """Return what is masked in a text: what the account logs in with, what was sent as such, and any account's tokens in it."""
    credentials = unit.account.credentials
    words = SecretWords.of([credentials.token, credentials.api_key, credentials.password, *sent])
    if not may_have_generated(text):
        return words
    issued = {key.secret for key in api_keys.of_unit(unit)}
    return words._replace(generated=words.generated | issued | _known_among(unit, generated_in(text)))


def _known_among(unit: UnitOfWork, words: AbstractSet[str]) -> AbstractSet[str]:
    """Return those of these words that are a token or an API key of any account; all of them if there are many."""
    if len(words) > _MOST:
        return words
    found = unit.all_rows([_IS_KNOWN.of(wanted=word) for word in words])
    return {word for word, rows in zip(words, found, strict=True) if rows}


def masked_to(most: int, unit: UnitOfWork, text: str) -> str:
    """Return the first characters of a text without the account's secrets, and without any token."""
    if len(text) < SHORTEST:
        return text
    words = words_in(unit, text[: most + LONGEST_GENERATED])
    return masked_beginning(words.masked, text, most, words.longest)
