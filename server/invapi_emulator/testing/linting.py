"""The lint report of a test's accounts: what their calls show that will hurt a client on the real API."""

from collections.abc import Collection

from invapi_emulator.testing.account import Account
from invapi_emulator.testing.failure import Json

SEVERITIES = ("notice", "warning", "error")
_SHOWN = 10


def at_least(least: str) -> Collection[str]:
    """Return this severity and those that are worse."""
    return SEVERITIES[SEVERITIES.index(least) :]


def told(account: Account, finding: Json, calls: list[int]) -> str:
    """Return a text for a finding that these of its calls show. Fields may be those of its other calls."""
    numbers = _shortened([f"#{number}" for number in calls], len(calls))
    count = len(finding["fields"]) + finding.get("fields_left_out", 0)
    also = "" if len(calls) == len(finding["requests"]) else ", also of earlier calls"
    fields = f" (fields: {_shortened(list(map(repr, finding['fields'])), count)}{also})" if count else ""
    return (
        f"lint {finding['severity']} {finding['id']} in account {account.name}: {finding['title']}{fields}; "
        f"calls {numbers}. {finding['instead']} See {finding['docs']}"
    )


def _shortened(words: list[str], count: int) -> str:
    """Return the first words, and how many of `count` there are beyond them."""
    shown = words[:_SHOWN]
    return ", ".join(shown) + (f" and {count - len(shown)} more" if count > len(shown) else "")
