"""Finds the account of a call by a token, a key or a name, without locking the account."""

from typing import Any, Literal, TypeAlias

from sqlalchemy import bindparam, select

from invapi_emulator.storage.key_tables import api_key
from invapi_emulator.storage.statement import Runner, Statement
from invapi_emulator.storage.tables import account, session, task

OwnerWord: TypeAlias = tuple[Literal["name", "token", "api_key", "password", "task"], str]
"""The kind of a word that names an account, and the word: for a password `login_word`, for a task its key."""

_BETWEEN = "\n"

MOST_FOUND = 20_000
"""Maximum number of cached words. When it is reached, the cache is emptied."""

_wanted: Any = bindparam("wanted")


def _account_by(column: str) -> Any:
    return select(account.c.id).where(account.c[column] == _wanted)


_FINDING: dict[str, Statement[int]] = {
    "name": Statement(_account_by("name"), int),
    "token": Statement(_account_by("token"), int),
    "api_key": Statement(_account_by("api_key"), int),
    "password": Statement(_account_by("user").where(account.c.password == bindparam("password")), int),
    "task": Statement(select(task.c.account_id).where(task.c.key == _wanted), int),
}
_ELSEWHERE: dict[str, Statement[int]] = {
    "token": Statement(select(session.c.account_id).where(session.c.token == _wanted), int),
    "api_key": Statement(select(api_key.c.account_id).where(api_key.c.secret == _wanted), int),
}
"""Where to look for a word that is not the account's own: among its login tokens and API keys."""


def login_word(user: str, password: str) -> OwnerWord:
    """Return the word of a login. One query finds it: a wrong password costs as much as an unknown user."""
    return "password", f"{user}{_BETWEEN}{password}"


class Owners:
    """Finds the accounts of words, and caches what it finds.

    A cached word may have lost its account since, so the account is asked again after the lock
    (`Database.run_for`). Misses are not cached: there is no limit to unknown words.
    """

    def __init__(self) -> None:
        self._found: dict[OwnerWord, int] = {}

    def cached(self, word: OwnerWord) -> int | None:
        return self._found.get(word)

    def find(self, on: Runner, word: OwnerWord) -> int | None:
        """Return the id of the account, or None."""
        kind, text = word
        values = {"wanted": text}
        if kind == "password":
            values["wanted"], _, values["password"] = text.partition(_BETWEEN)
        found = _FINDING[kind].first(on, **values)
        if found is None and kind in _ELSEWHERE:
            found = _ELSEWHERE[kind].first(on, wanted=text)
        if found is not None:
            if len(self._found) >= MOST_FOUND:
                self._found.clear()
            self._found[word] = found
        return found

    def evict(self, word: OwnerWord) -> None:
        self._found.pop(word, None)
