"""A run as it was ordered on the command line: what is printed where, and the exit status."""

from collections.abc import Callable
from dataclasses import dataclass, field

from invapi_conformance.facts import CouldNotRun
from invapi_conformance.interruption import Stop
from invapi_conformance.masking import Masking
from invapi_conformance.probe import Access, Patience, Probe
from invapi_conformance.recording import Recorder, empty_folder
from invapi_conformance.references import References
from invapi_conformance.report import COULD_NOT_RUN
from invapi_conformance.running import planned, run
from invapi_conformance.target import Target
from invapi_conformance.walk import Allowed
from invapi_conformance.writing import as_json, as_junit, as_text
from invapi_emulator.clock import real_time
from invapi_emulator.process.signals import on_signals
from invapi_emulator.randomness import new_name

WRITTEN = {"text": as_text, "json": as_json, "junit": as_junit}
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    target: str
    access: Access
    allowed: Allowed = field(default_factory=Allowed)
    patience: Patience = field(default_factory=Patience)
    plan_only: bool = False
    form: str = "text"
    record: str | None = None
    ca: str | None = None


def carried_out(order: Order, out: Say, err: Say) -> int:
    """Run the checks, print to `out` what they found and to `err` what a person must know; return the exit status.

    The plan goes before the table; where `out` is for a program, to `err`.
    """
    masking = Masking((order.access.token, order.access.api_key))
    stop = Stop()
    with on_signals(stop.ask):
        try:
            return _carried_out(
                order, stop, lambda text: out(masking.text(text)), lambda text: err(masking.text(text))
            )
        except CouldNotRun as why:
            err(masking.text(str(why)))
            return COULD_NOT_RUN


def _carried_out(order: Order, stop: Stop, out: Say, err: Say) -> int:
    probe = _probe(order, stop)
    plan = planned(probe, order.allowed)
    tell = out if order.form == "text" or order.plan_only else err
    for line in plan.lines(probe, order.allowed):
        tell(line)
    if order.plan_only:
        return 0
    report = run(probe, order.allowed, plan, err)
    masked = report.masked(Masking((order.access.token, order.access.api_key)))
    out(WRITTEN[order.form](masked))
    for line in masked.trouble:
        err(line)
    return report.status


def _probe(order: Order, stop: Stop) -> Probe:
    own = f"conformance-{new_name()}"
    recorder = None
    if order.record is not None:
        recorder = Recorder(empty_folder(order.record), References(order.access, own))
    target = Target(order.target, stop, ca=order.ca, listener=recorder)
    return Probe(target, order.access, order.patience, stop, real_time(), own=own)
