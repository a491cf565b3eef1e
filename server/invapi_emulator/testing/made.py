"""What the pytest plugin knows of accounts, however a test comes to one."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from invapi_emulator.testing.account import Account


class Made:
    """The accounts made in this process.

    `accounts` are those that are open, or have something to say about their fault rules. `count` is the number of accounts
    and emulators made so far, and `has_made_account` says that the present test made an account. `options` are the options
    of assumptions for new accounts of all emulators. `seeds` are those of the accounts that name none: the first of a test
    gets the first, and further ones the last. `drawn` are the seeds that such accounts of the present test have. `stories`
    are those of accounts that were closed as the present test failed: titles and lines for its report. `before_it_goes`
    are functions that look at an account that is about to be removed.
    """

    def __init__(self) -> None:
        self.accounts: list[Account] = []
        self.count = 0
        self.has_made_account = False
        self.options: dict[str, str] = {}
        self.seeds: tuple[int, ...] = ()
        self.drawn: list[int] = []
        self.stories: list[tuple[str, str]] = []
        self.began: int | None = None
        self.before_it_goes: list[Callable[[Account], None]] = []

    def add(self, account: "Account") -> None:
        self.accounts.append(account)
        self.count += 1
        self.has_made_account = True

    def begin_test(self, real_now: int) -> None:
        """Forget what was kept for the test before. `real_now` is the real time, in microseconds since 1970."""
        self.began = real_now
        self.has_made_account = False
        self.drawn.clear()
        self.stories.clear()

    def left_in_failure(self, account: "Account") -> None:
        """Keep the story of an account whose `with` block an error leaves: it is gone before the report."""
        from invapi_emulator.testing.story import story  # noqa: PLC0415 - few tests fail

        if self.began is None:
            return  # no plugin reports it
        self.stories.append(story(account, account.began, self.began))

    def look_before_it_goes(self, account: "Account") -> None:
        for look in () if account.closed else self.before_it_goes:
            look(account)

    def next_seed(self) -> int | None:
        """Return the seed of the next account that names none. None lets the server draw it."""
        return self.seeds[min(len(self.drawn), len(self.seeds) - 1)] if self.seeds else None

    def forget(self, account: "Account") -> None:
        if account in self.accounts:
            self.accounts.remove(account)


MADE = Made()
