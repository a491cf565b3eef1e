"""The folder of the test CA. A client that only trusts the CA needs no library for cryptography."""

import os
import pwd
from pathlib import Path

from invapi_emulator.errors import CannotStart

CA_FILE, KEY_FILE = "ca.pem", "ca-key.pem"


def file_of(ca_dir: str) -> Path:
    """Return the path of the CA's certificate, whether or not it exists."""
    return (Path(ca_dir) if ca_dir else _state_folder()) / CA_FILE


def _state_folder() -> Path:
    """Return the folder of the user's state as XDG says: an empty or relative path of a variable does not count."""
    named = Path(os.environ.get("XDG_STATE_HOME", ""))
    return (named if named.is_absolute() else _home() / ".local/state") / "invapi-emulator"


def _home() -> Path:
    home = Path(os.environ.get("HOME", ""))
    if not home.is_absolute():
        home = Path(_registered_home())
    if not home.is_absolute():
        raise CannotStart("--ca-dir: required, as this user has no home directory")
    return home


def _registered_home() -> str:
    """Return the home directory that the system has registered for the user, or an empty text."""
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return ""
