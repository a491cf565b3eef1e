"""The state of the VM before the first call about it. The plan is based on it."""

from dataclasses import dataclass
from typing import Any

from invapi_conformance.answers import Answer
from invapi_conformance.probe import Probe
from invapi_conformance.table import CannotTell

DOCUMENTED_MAXIMUM = 4


class CouldNotRun(Exception):
    """The checks cannot be made, or not as requested. The message says why."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a VM. `rows` is None if there is no list: for a VDS, or if it cannot be read."""

    kind: str
    engine: str
    power: str | None
    rows: list[dict[str, Any]] | None
    maximum: int
    rotates: bool
    excluded: list[str]
    hostname: str | None

    def in_words(self) -> str:
        power = {"power_on": "running", "power_off": "off"}.get(self.power or "", "of unknown power")
        if self.rows is None:
            return f"{self.kind} on {self.engine}, {power}, no list of snapshots"
        rotation = "on" if self.rotates else "off"
        return f"{self.kind} on {self.engine}, {power}, {len(self.rows)} of {self.maximum} snapshots, rotation {rotation}"


def facts_of(probe: Probe) -> Facts:
    """Look at the VM. Raises CouldNotRun if it cannot be shown."""
    shown, listed = probe.once("eq", "show"), probe.once("vm", "get_snapshot")
    _require_a_vm(probe, shown, listed)
    settings, hostname = listed.field("settings"), shown.field("server_data", "hostname")
    settings = settings if isinstance(settings, dict) else {}
    maximum, excluded = str(settings.get("num_max")), settings.get("exclude_rotation")
    return Facts(
        kind=_word(shown.field("server_data", "type")),
        engine=_word(shown.field("ipmi", "model")),
        power=_power(probe),
        rows=_rows(probe, listed),
        maximum=int(maximum) if maximum.isdigit() else DOCUMENTED_MAXIMUM,
        rotates=str(settings.get("enable_rotation", 0)) != "0",
        excluded=[str(name) for name in excluded] if isinstance(excluded, list) else [],
        hostname=hostname if isinstance(hostname, str) and hostname else None,
    )


def _require_a_vm(probe: Probe, shown: Answer, listed: Answer) -> None:
    where = probe.target.url
    if not any(isinstance(answer.body, dict) for answer in (shown, listed)):
        raise CouldNotRun(f"--target: {where} does not answer like InvAPI: {shown.message}")
    for answer in (shown, listed):
        if answer.refuses_the_token:
            raise CouldNotRun(f"--token: {where} refuses it: {answer.message}")
    if shown.is_failure and listed.is_failure:
        raise CouldNotRun(f"--vm: {where} refuses to show {probe.access.vm}: {shown.message}")


def _word(value: Any) -> str:
    return value if isinstance(value, str) and value else "something unknown"


def _power(probe: Probe) -> str | None:
    try:
        return probe.power()
    except CannotTell:
        return None


def _rows(probe: Probe, listed: Answer) -> list[dict[str, Any]] | None:
    if listed.is_failure:
        return None
    rows = listed.field("snapshots")
    if not isinstance(rows, list):
        try:
            rows = (probe.fetched("vm", "get_snapshot").end.data() or {}).get("snapshots")
        except (AttributeError, CannotTell):
            rows = None
    return rows if isinstance(rows, list) and all(isinstance(row, dict) for row in rows) else None
