"""Values that are secret by their names."""

from typing import Any

from invapi_emulator.process.secret_words import MASK, names_a_secret


def without_secrets(value: Any) -> Any:
    """Return JSON with the values masked whose names, at any depth, are those of secrets."""
    if isinstance(value, dict):
        return {name: MASK if names_a_secret(name) else without_secrets(item) for name, item in value.items()}
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    return value
