"""Secrets that somebody put where they are not meant for: what journal and events mask."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, exists, literal_column, or_, select

from invapi_emulator.process.logs import MASK, generated_in, without_generated
from invapi_emulator.storage import api_keys
from invapi_emulator.storage.statement import Statement
from invapi_emulator.storage.tables import account, session
from invapi_emulator.storage.unit_of_work import UnitOfWork

SHORTEST = 8
"""Shorter secrets are masked by their field's name only: as words they occur everywhere."""

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


def own(unit: UnitOfWork) -> list[str]:
    """Return what the account logs in with: its token, API keys and password."""
    credentials = unit.account.credentials
    issued = (key.secret for key in api_keys.of_unit(unit))
    return [credentials.token, credentials.api_key, credentials.password, *issued]


def known_among(unit: UnitOfWork, words: Collection[str]) -> Collection[str]:
    """Return those of these words that are a token or an API key of any account; all of them if there are many."""
    if len(words) > _MOST:
        return words
    found = unit.all_rows([_IS_KNOWN.of(wanted=word) for word in words])
    return {word for word, rows in zip(words, found, strict=True) if rows}


def masked(unit: UnitOfWork, text: str) -> str:
    """Return a text without the account's secrets, and without any token."""
    if len(text) < SHORTEST:
        return text
    for secret in own(unit):
        if len(secret) >= SHORTEST:
            text = text.replace(secret, MASK)
    words = generated_in(text)
    return without_generated(text, known_among(unit, words)) if words else text
