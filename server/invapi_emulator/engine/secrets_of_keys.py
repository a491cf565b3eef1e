"""Making secrets of API keys that no account logs in with."""

from collections.abc import Callable

from invapi_emulator.domain.accounts import Account
from invapi_emulator.randomness import chance_of


def new_secret(account: Account, number: int, is_taken: Callable[[str], bool]) -> str:
    """Return a free secret of 32 characters for the account's API key with this number."""
    chance = chance_of(account)
    secret, attempt = chance.token("api key of the account", account.generation, number), 0
    while is_taken(secret):
        attempt += 1
        secret = chance.token("api key of the account", account.generation, number, attempt)
    return secret
