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
_SECRET_WORD_AT_END = re.compile(r"(?<![^\W_])(?:pin|pw)[0-9]*[\W_]*\Z", re.IGNORECASE)
"""The end of names whose last word is this alone. Others end with these letters: `spin`, `temp_w`."""

_LONGEST = 1_000
"""Maximum length of a name that is read whole. Of a longer one the end is."""

_LONGEST_END = 100
"""Maximum number of characters in which its last word is looked for, and of one with other characters than ASCII all that is read."""

_NOT_IN_WORDS = bytes(byte for byte in range(128) if not chr(byte).isalnum())
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def names_a_secret(name: str) -> bool:
    """Return whether a field of this name holds a secret, in any spelling: `api_key`, `root_pass`, `newPassword2`.

    What is neither a letter nor a digit does not count.
    """
    plain = _plain(name)
    if plain.rstrip("0123456789").endswith(_SECRET_ENDS) or any(part in plain for part in _SECRET_PARTS):
        return True
    return _SECRET_WORD_AT_END.search(name[-_LONGEST_END:]) is not None


def _plain(name: str) -> str:
    """Return the letters and digits of a name, in lower case. This is quick for ASCII."""
    name = name[-_LONGEST:].lower()
    if name.isascii():
        return name.encode().translate(None, _NOT_IN_WORDS).decode()
    return _BETWEEN_WORDS.sub("", name[-_LONGEST_END:])


def is_secret(name: str) -> bool:
    """Return whether a field of this name holds a secret, or a key, which may be one of an account."""
    return names_a_secret(name) or _plain(name) == "key"


def may_name_a_secret(text: str) -> bool:
    """Return whether such a name may occur in a text. This is quick."""
    plain = text.lower().replace("_", "").replace("-", "").replace(" ", "")
    return "pin" in plain or "pw" in plain or any(word in plain for word in (*_SECRET_ENDS, *_SECRET_PARTS))
