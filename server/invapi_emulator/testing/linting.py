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
    calls = ", ".join(f"#{number}" for number in finding["requests"][:_SHOWN])
    fields = f" (fields: {', '.join(map(repr, finding['fields'][:_SHOWN]))})" if finding["fields"] else ""
    return (
        f"lint {finding['severity']} {finding['id']} in account {account.name}: {finding['title']}{fields}; "
        f"calls {calls}. {finding['instead']} See {finding['docs']}"
    )
