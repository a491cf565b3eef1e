"""How much an account can have of what only its clients remove."""

from invapi_emulator.errors import NotSupported


def require_room(held: int, most: int, what: str) -> None:
    """Raise NotSupported if there are as many as there may be."""
    if held >= most:
        raise NotSupported(f"there are {held:,} {what}, the most that this emulator keeps; remove one first")
