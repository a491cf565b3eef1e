"""The lint rules and one account: what its calls since the start of the test break, and which could not be looked at."""

from urllib.parse import quote

from invapi_emulator.testing.account import Account
from invapi_emulator.testing.failure import Json
from invapi_emulator.testing.linting import at_least, told


class AccountLint:
    """What is known of an account's journal.

    `found` are the texts about the calls of the present test, `missed` those about calls that were not looked at.
    """

    def __init__(self, account: Account, least: str) -> None:
        self._account = account
        self._severities = at_least(least)
        self._began = self._looked = 0
        self._known: set[tuple[str, int]] = set()
        self._is_gone = False
        self._api_key = account.api_key
        self.found: list[str] = []
        self.missed: list[str] = []

    def begin_test(self) -> None:
        """Count only calls from here on. A server that does not answer has been told of in its test."""
        self.forgive()
        try:
            self._began = self._looked = self._account.last_request
        except Exception:  # noqa: BLE001 - an earlier test may have removed the account or stopped the server
            self._is_gone = True

    def forgive(self) -> None:
        """Forget what was found: the test fails or is skipped anyway."""
        self.found, self.missed = [], []

    def look(self) -> None:
        """Look at the calls since the last look. Raise nothing: what cannot be read is missed."""
        try:
            last, report, api_key = (
                self._account.last_request,
                self._asked("/report"),
                self._asked("")["api_key"],
            )
        except Exception as problem:  # noqa: BLE001 - a test may have removed the account or stopped the server
            self._miss_all(problem)
            self._is_gone = True
            return
        if api_key != self._api_key or last < self._looked:
            self._miss_all("it was removed, and another was made with its name")
            self._begin_again(api_key)
        self._is_gone = False
        lacking = last - report["calls"] - self._looked
        if lacking > 0:
            made = last - self._began
            self.missed.append(
                f"account {self._account.name}: {lacking} of {made} calls were cleared, or are no longer kept"
            )
        for finding in report["findings"]:
            self._sort(finding)
        self._looked = max(last, self._looked)

    def _asked(self, path: str) -> Json:
        return self._account.emulator.control("GET", f"/accounts/{quote(self._account.name)}{path}")

    def _miss_all(self, why: object) -> None:
        if not self._is_gone:
            self.missed.append(f"account {self._account.name}: its calls cannot be read any more: {why}")

    def _begin_again(self, api_key: str) -> None:
        """Look at the account that has the name now, from its first call. It is new, so this test is to blame for all."""
        self._api_key = api_key
        self._began = self._looked = 0
        self._known.clear()

    def _sort(self, finding: Json) -> None:
        """Note the calls of a finding that are new. The present test is to blame only for its own."""
        new = [number for number in finding["requests"] if (finding["id"], number) not in self._known]
        self._known.update((finding["id"], number) for number in new)
        if finding["severity"] not in self._severities:
            return
        own = [number for number in new if number > self._began]
        if own:
            self.found.append(told(self._account, finding, own))
        if len(own) < len(new):
            earlier = ", ".join(f"#{number}" for number in new if number <= self._began)
            self.missed.append(
                f"account {self._account.name}: calls {earlier} of an earlier test break "
                f"{finding['id']} ({finding['severity']}), which shows only now"
            )
