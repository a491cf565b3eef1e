"""The folder of the test CA. A client that only trusts the CA needs no library for cryptography."""

import os
from pathlib import Path

from invapi_emulator.errors import CannotStart

CA_FILE, KEY_FILE = "ca.pem", "ca-key.pem"


def file_of(ca_dir: str) -> Path:
    """Return the path of the CA's certificate, whether or not it exists."""
    return (Path(ca_dir) if ca_dir else _state_folder()) / CA_FILE


def _state_folder() -> Path:
    try:
        return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state", "invapi-emulator")
    except RuntimeError:
        raise CannotStart("--ca-dir: required, as this user has no home directory") from None
