"""Hints for the log that are told once each, so that nobody can fill it with refused requests."""

MOST_TOLD = 100
"""Maximum number of hints that the log tells, each once."""


class ToldOnce:
    def __init__(self) -> None:
        self._told: set[str] = set()

    def first(self, hint: str | None) -> str | None:
        """Return a hint the first time, unless there were too many others; None afterwards."""
        if hint is None or hint in self._told or len(self._told) >= MOST_TOLD:
            return None
        self._told.add(hint)
        return hint
