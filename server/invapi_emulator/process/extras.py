"""Optional libraries, and the extra that installs each."""

from importlib import import_module

from invapi_emulator.errors import CannotStart

EXTRAS = {"psycopg": "postgres", "cryptography": "tls"}
"""The extra in pyproject.toml that installs a library."""


def require(library: str, feature: str) -> None:
    """Raise CannotStart with one line if the library of a feature cannot be imported."""
    try:
        import_module(library)
    except ImportError:
        raise CannotStart(
            f"{feature} needs {library}, which is not installed: pip install 'invapi-emulator[{EXTRAS[library]}]'"
        ) from None
