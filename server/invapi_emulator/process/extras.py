"""Libraries that the default install leaves out, and the extra that brings each."""

from importlib import import_module

from invapi_emulator.errors import CannotStart

EXTRAS = {"psycopg": "postgres", "cryptography": "tls"}
"""The extra of pyproject.toml that brings a library."""


def require(library: str, feature: str) -> None:
    """Raise CannotStart with one line when the library of a feature cannot be imported."""
    try:
        import_module(library)
    except ImportError:
        raise CannotStart(
            f"{feature} needs {library}, which is not installed: pip install 'invapi-emulator[{EXTRAS[library]}]'"
        ) from None
