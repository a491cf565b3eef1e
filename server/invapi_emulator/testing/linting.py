"""The lint report of a test's accounts: what their calls show that will hurt a client on the real API."""

from collections.abc import Iterator

from invapi_emulator.testing.account import Account
from invapi_emulator.testing.failure import Json

SEVERITIES = ("notice", "warning", "error")
_SHOWN = 10


def complaints(account: Account, least: str) -> Iterator[str]:
    """Yield a text for each finding of this severity or worse. An account that is gone has none."""
    bad = SEVERITIES[SEVERITIES.index(least) :]
    for finding in account.report():
        if finding["severity"] in bad:
            yield _told(account, finding)


def _told(account: Account, finding: Json) -> str:
    calls = _shortened([f"#{number}" for number in finding["requests"]], finding["count"])
    count = len(finding["fields"]) + finding.get("fields_left_out", 0)
    fields = f" (fields: {_shortened(list(map(repr, finding['fields'])), count)})" if count else ""
    return (
        f"lint {finding['severity']} {finding['id']} in account {account.name}: {finding['title']}{fields}; "
        f"calls {calls}. {finding['instead']} See {finding['docs']}"
    )


def _shortened(words: list[str], count: int) -> str:
    """Return the first words, and how many of `count` there are beyond them."""
    shown = words[:_SHOWN]
    return ", ".join(shown) + (f" and {count - len(shown)} more" if count > len(shown) else "")
