"""Where the test CA is kept; a client that only trusts it needs no cryptography."""

import os
from pathlib import Path

from invapi_emulator.errors import CannotStart

CA_FILE, KEY_FILE = "ca.pem", "ca-key.pem"


def file_of(ca_dir: str) -> Path:
    """Return where the certificate of a folder's CA is, or will be."""
    return (Path(ca_dir) if ca_dir else _state_folder()) / CA_FILE


def _state_folder() -> Path:
    try:
        return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state", "invapi-emulator")
    except RuntimeError:
        raise CannotStart(
            "--ca-dir: this user has no home directory; name a folder for the test CA"
        ) from None
