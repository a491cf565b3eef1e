"""What changed, told to whoever waits for it in this server: event streams, and the worker."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

Listener: TypeAlias = Callable[[int], None]
"""Is told of an account, on whichever thread has the news."""


class Notices:
    """News of accounts: in which something happened, and in which tasks may fall due earlier than was known."""

    def __init__(self) -> None:
        self._for_news: set[Listener] = set()
        self._for_due: set[Listener] = set()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell a listener in which accounts something happens; what is returned ends that."""
        self._for_news.add(listener)
        return lambda: self._for_news.discard(listener)

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
        for listener in tuple(self._for_due if due else self._for_news):
            listener(account_id)

    def close(self) -> None:
        """Tell nobody any more."""
        self._for_news.clear()
        self._for_due.clear()
