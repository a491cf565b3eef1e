"""Whether calls were successes: the emulator counts them by result, and one of each kind is looked into."""

import re
from collections import Counter

from benchmarks.client import Client

COUNTED = re.compile(r"^invapi_emulator_calls_total\{(.*)\} ([\d.e+]+)$", re.MULTILINE)


def results(client: Client) -> Counter[str]:
    """Return how many calls had which result, `ok` or the reason of a refusal, since the server began."""
    counted: Counter[str] = Counter()
    for labels, number in COUNTED.findall(client.ask("GET", "/metrics").decode()):
        found = re.search(r'result="([^"]*)"', labels)
        assert found is not None
        counted[found[1]] += int(float(number))
    return counted


def refused(before: Counter[str], after: Counter[str]) -> Counter[str]:
    """Return what was refused between two readings, by reason."""
    return Counter({reason: n for reason, n in (after - before).items() if reason != "ok"})
