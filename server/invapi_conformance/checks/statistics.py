"""4.5, 4.15, 4.16: statistics and engines."""

from invapi_conformance.checks.tasks import ended_well
from invapi_conformance.patterns import COUNT, ISO, KEY, TEXT, Like, numeric
from invapi_conformance.probe import Probe
from invapi_conformance.table import Finding, answered, check, compared

STATISTICS = ("vm", "load_stats")
MINUTES = 60
SERIES = Like(
    "60 numbers",
    lambda value: isinstance(value, list) and len(value) == MINUTES and all(map(COUNT.fits, value)),
)


@check("4.5", "documented", "load_stats answers a key")
def load_stats_answers_a_key(probe: Probe) -> Finding:
    return answered(probe.accepted(*STATISTICS), {"callback": KEY}, "no key")


@check("4.15", "assumed", "statistics are the last hour, a number a minute")
def statistics_are_the_last_hour(probe: Probe) -> Finding:
    wanted = {
        "from": ISO, "step": numeric(60), "cpu": SERIES, "ram": {"used": SERIES, "total": COUNT},
        "disk": {"read": SERIES, "write": SERIES}, "net": {"rx": SERIES, "tx": SERIES},
    }  # fmt: skip
    return compared(ended_well(probe.fetched(*STATISTICS).end).data(), wanted, "another shape")


@check("4.16", "seen", "get_engine answers a list of engines")
def get_engine_answers_a_list(probe: Probe) -> Finding:
    wanted = {"result": "OK", "module": "vm", "action": "get_engine", "engines": [TEXT]}
    return answered(probe.call("vm", "get_engine"), wanted, "something else")
