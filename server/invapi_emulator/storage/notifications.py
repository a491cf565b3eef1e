"""Notifies listeners in this server of changes: event streams and the worker."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

Listener: TypeAlias = Callable[[int], None]
"""Receives the id of an account, on any thread."""


class Notifications:
    """Notifications of events in accounts, and of tasks that may fall due earlier than expected."""

    def __init__(self) -> None:
        self._for_news: dict[int, set[Listener]] = {}
        self._for_due: set[Listener] = set()

    def listen(self, account_id: int, listener: Listener) -> Callable[[], None]:
        """Notify a listener when something happens in an account. Return a function that ends this."""
        self._for_news.setdefault(account_id, set()).add(listener)

        def leave() -> None:
            listeners = self._for_news.get(account_id, set())
            listeners.discard(listener)
            if not listeners:
                self._for_news.pop(account_id, None)

        return leave

    def listen_for_due(self, listener: Listener) -> None:
        """Notify a listener of accounts in which tasks may fall due earlier."""
        self._for_due.add(listener)

    def happened(self, account_ids: Iterable[int]) -> None:
        if self._for_news:  # every call comes through here, and few have a listener
            for account_id in account_ids:
                self.hear(account_id, due=False)

    def due_earlier(self, account_id: int) -> None:
        self.hear(account_id, due=True)

    def hear(self, account_id: int, *, due: bool) -> None:
        """Notify the listeners in this server."""
        for listener in tuple(self._for_due if due else self._for_news.get(account_id, ())):
            listener(account_id)

    def close(self) -> None:
        """Stop all notifications."""
        self._for_news.clear()
        self._for_due.clear()
