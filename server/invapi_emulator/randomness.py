"""The only source of chance: a function of seed, subject, purpose and count, or random without a seed."""

import hashlib
import string
import uuid
from itertools import count
from secrets import randbits, token_bytes, token_hex, token_urlsafe

from msgspec import Struct

from invapi_emulator.domain.accounts import Account

KEY_LENGTH = 32
_KEY_CHARACTERS = string.ascii_lowercase + string.digits
_AS_KEY_CHARACTERS = bytes(ord(_KEY_CHARACTERS[byte % len(_KEY_CHARACTERS)]) for byte in range(256))
_ALLOWED_IN_KEYS = frozenset(_KEY_CHARACTERS)


def is_task_key(text: str) -> bool:
    """Return whether the text has the form of a task key (contract 3.1)."""
    return len(text) == KEY_LENGTH and _ALLOWED_IN_KEYS.issuperset(text)


_LIFE = token_bytes(32)
_draws = count()


def _unforeseeable() -> bytes:
    """Return 64 unpredictable bytes. To get each from the system would take five times as long."""
    return hashlib.blake2b(next(_draws).to_bytes(8, "big"), key=_LIFE).digest()


_SEAL = token_bytes(32)
LIFE_NAME = token_hex(4)
"""Names this process among those whose digests a database holds."""


def sealed(text: str) -> str:
    """Return a digest of a text that only this process can compute, and nobody without its memory can guess from."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=_SEAL, digest_size=16).hexdigest()


def new_seed() -> int:
    return randbits(48)


def new_revision() -> int:
    """Return a number that no other writer draws: not even one of a database that lost the last commits."""
    return randbits(62)


def new_name() -> str:
    return token_hex(6)


def new_session() -> str:
    """Return the secret of an admin session: 256 bits as 43 characters that a cookie can hold."""
    return token_urlsafe(32)


class Chance(Struct, frozen=True):
    """Draws for one account.

    Every draw is a function of the seed and the words given (subject, purpose, count). What one VM gets therefore does
    not depend on calls about another. Two accounts with the same seed draw alike. Only keys and tokens mix in the
    account (`owner`); without a seed they come from the system.
    """

    seed: int
    owner: str
    repeatable: bool

    def fraction(self, *words: str | int) -> float:
        """Return a number in [0, 1)."""
        return int.from_bytes(self._digest(*words)[:6], "big") / (1 << 48)

    def hex(self, length: int, *words: str | int) -> str:
        return self._digest(*words).hex()[:length]

    def uuid(self, *words: str | int) -> str:
        return str(uuid.UUID(bytes=self._digest(*words)[:16], version=4))

    def task_key(self, *words: str | int) -> str:
        """Return 32 characters of a-z0-9 (contract 3.1)."""
        if not self.repeatable:
            return _as_key(_unforeseeable()[:KEY_LENGTH])
        return _as_key(self._digest("key", self.owner, *words)[:KEY_LENGTH])

    def token(self, *words: str | int) -> str:
        """Return 32 hexadecimal digits (contract 5.1)."""
        return self.hex(32, "token", self.owner, *words) if self.repeatable else token_hex(16)

    def _digest(self, *words: str | int) -> bytes:
        return hashlib.blake2b("\0".join(map(str, (self.seed, *words))).encode()).digest()


def _as_key(drawn: bytes) -> str:
    return drawn.translate(_AS_KEY_CHARACTERS).decode()


def chance_of(account: Account) -> Chance:
    return Chance(account.seed, account.name, account.seeded)
