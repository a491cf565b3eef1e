"""What changed, told to whoever waits for it in this server: event streams, and the worker."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

Listener: TypeAlias = Callable[[int], None]
"""Is told of an account, on whichever thread has the news."""


class Notifications:
    """News of accounts: in which something happened, and in which tasks may fall due earlier than was known."""

    def __init__(self) -> None:
        self._for_news: dict[int, set[Listener]] = {}
        self._for_due: set[Listener] = set()

    def listen(self, account_id: int, listener: Listener) -> Callable[[], None]:
        """Tell a listener when something happens in an account; what is returned ends that."""
        self._for_news.setdefault(account_id, set()).add(listener)

        def leave() -> None:
            listeners = self._for_news.get(account_id, set())
            listeners.discard(listener)
            if not listeners:
                self._for_news.pop(account_id, None)

        return leave

    def listen_for_due(self, listener: Listener) -> None:
        """Tell a listener in which accounts tasks may fall due earlier."""
        self._for_due.add(listener)

    def happened(self, account_ids: Iterable[int]) -> None:
        if self._for_news:  # every call comes by here, and few have somebody who listens
            for account_id in account_ids:
                self.hear(account_id, due=False)

    def due_earlier(self, account_id: int) -> None:
        self.hear(account_id, due=True)

    def hear(self, account_id: int, *, due: bool) -> None:
        """Tell those here who listen."""
        for listener in tuple(self._for_due if due else self._for_news.get(account_id, ())):
            listener(account_id)

    def close(self) -> None:
        """Tell nobody any more."""
        self._for_news.clear()
        self._for_due.clear()
