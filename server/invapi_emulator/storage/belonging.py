"""Whether a word that an account was found by still belongs to it."""

from invapi_emulator.storage import api_keys, sessions, tasks
from invapi_emulator.storage.owners import OwnerWord, login_word
from invapi_emulator.storage.unit_of_work import UnitOfWork


def belongs(unit: UnitOfWork, word: OwnerWord) -> bool:
    """Tell whether a word still belongs to the unit's account. A token that has expired does."""
    kind, text = word
    own = unit.account.credentials
    match kind:
        case "name":
            return text == unit.account.name
        case "token":
            return text == own.token or sessions.find(unit, text) is not None
        case "api_key":
            return text == own.api_key or api_keys.with_secret(unit, text) is not None
        case "password":
            return word == login_word(own.user, own.password)
        case "task":
            return tasks.by_key(unit, text) is not None
