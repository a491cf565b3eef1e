"""Names of fields that hold a secret, in any spelling, and what is shown in place of one."""

import re

MASK = "***"

CUT = "..."
"""Marks the place in a message where a long value is cut."""

SHORTEST = 8
"""Shorter secrets are masked by their field's name only: as words they occur everywhere."""

_SECRET_ENDS = (
    "token", "apikey", "privatekey", "secretkey", "accesskey", "loginkey",
    "pass", "pwd", "rootpw", "secret", "credential", "credentials", "authorization", "bearer", "jwt", "cookie", "otp",
    "tokens", "tokenvalue", "secrets", "authkey", "encryptionkey", "signingkey",
)  # fmt: skip
_SECRET_PARTS = ("password", "passwd", "passwort", "passphrase")
"""Words that make a name one of a secret wherever they are in it: `password_hash`, `new_passwords`."""
_SECRET_WORDS = re.compile(r"(?:.*[\W_])?(?:pin|pw)[0-9]*[\W_]*", re.IGNORECASE | re.DOTALL)
"""Names whose last word is this alone. Others end with these letters: `spin`, `temp_w`."""

_BETWEEN_WORDS = re.compile(r"[\W_]+")
_LONGEST = 1_000
"""Maximum length of a name that is read whole. Of a longer one the end is."""


def names_a_secret(name: str) -> bool:
    """Return whether a field of this name holds a secret, in any spelling: `api_key`, `root_pass`, `newPassword2`.

    What is neither a letter nor a digit does not count.
    """
    name = name[-_LONGEST:]
    plain = _BETWEEN_WORDS.sub("", name).lower()
    if plain.rstrip("0123456789").endswith(_SECRET_ENDS) or any(part in plain for part in _SECRET_PARTS):
        return True
    return _SECRET_WORDS.fullmatch(name) is not None


def is_secret(name: str) -> bool:
    """Return whether a field of this name holds a secret, or a key, which may be one of an account."""
    return names_a_secret(name) or _BETWEEN_WORDS.sub("", name[-_LONGEST:]).lower() == "key"


def may_name_a_secret(text: str) -> bool:
    """Return whether such a name may occur in a text. This is quick."""
    plain = text.lower().replace("_", "").replace("-", "").replace(" ", "")
    return "pin" in plain or "pw" in plain or any(word in plain for word in (*_SECRET_ENDS, *_SECRET_PARTS))
