"""Tells whether calls succeeded: the emulator counts them by result, and one call of each kind is checked."""

import re
from collections import Counter

from benchmarks.client import Client

COUNTED = re.compile(r"^invapi_emulator_calls_total\{(.*)\} ([\d.e+]+)$", re.MULTILINE)


def results(client: Client) -> Counter[str]:
    """Return the number of calls by result since the server started: `ok` or the reason of a refusal."""
    counted: Counter[str] = Counter()
    for labels, number in COUNTED.findall(client.ask("GET", "/metrics").decode()):
        found = re.search(r'result="([^"]*)"', labels)
        assert found is not None
        counted[found[1]] += int(float(number))
    return counted


def refused(before: Counter[str], after: Counter[str]) -> Counter[str]:
    """Return the refusals between two counts, by reason."""
    return Counter({reason: n for reason, n in (after - before).items() if reason != "ok"})
