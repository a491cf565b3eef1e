"""A run of the kit with the options of the command: its output and exit status."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from invapi_conformance.facts import CouldNotRun
from invapi_conformance.interruption import Interrupted, Stop
from invapi_conformance.masking import Masking
from invapi_conformance.probe import Access, Patience, Probe
from invapi_conformance.recording import Recorder, empty_folder
from invapi_conformance.references import References
from invapi_conformance.report import COULD_NOT_RUN, INTERRUPTED
from invapi_conformance.running import planned, run_checks
from invapi_conformance.system import CLOCK, new_name, on_signals
from invapi_conformance.target import Target
from invapi_conformance.walk import Allowed
from invapi_conformance.writing import as_json, as_junit, as_sarif, as_text
from invapi_emulator.ending import INTERRUPTED as WAS_INTERRUPTED

WRITTEN = {"text": as_text, "json": as_json, "junit": as_junit, "sarif": as_sarif}
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RunOptions:
    target: str
    access: Access
    allowed: Allowed = field(default_factory=Allowed)
    patience: Patience = field(default_factory=Patience)
    plan_only: bool = False
    form: str = "text"
    source: str | None = None
    record: str | None = None
    ca: str | None = None
    own: str = field(default_factory=lambda: f"conformance-{new_name()}")


def options_of(given: Mapping[str, Any]) -> RunOptions:
    """Return the options out of the command's words."""
    return RunOptions(
        target=given["target"],
        access=Access(given["vm"], given["token"], given["api_key"]),
        allowed=Allowed(
            changes=given["allow_changes"] or given["allow_restore"],
            settings=given["allow_settings"],
            power=given["allow_power"],
            restore=given["allow_restore"],
            objects=given["allow_objects"],
            rename=given["allow_rename"],
            orders=given["allow_orders"],
            most=given["max_cost"] or Decimal(0),
        ),
        patience=Patience(given["poll_seconds"], given["task_timeout"]),
        plan_only=given["plan_only"],
        form=given["form"],
        source=given["source"],
        record=given["record"],
        ca=given["ca"],
    )


def run_and_print(options: RunOptions, out: Say, err: Say) -> int:
    """Run the checks. Print findings to `out`, and messages for a person to `err`. Return the exit status.

    The plan is printed before the table; to `err` if a program reads `out`.
    """
    masking = Masking((options.access.token, options.access.api_key))
    stop = Stop()
    with on_signals(stop.ask):
        try:
            return _run(
                options, stop, lambda text: out(masking.text(text)), lambda text: err(masking.text(text))
            )
        except CouldNotRun as why:
            err(masking.text(str(why)))
            return COULD_NOT_RUN
        except Interrupted:
            err(INTERRUPTED)
            return WAS_INTERRUPTED


def _run(options: RunOptions, stop: Stop, out: Say, err: Say) -> int:
    recorder = _recorder(options)
    probe = _probe(options, stop, recorder, err)
    plan = planned(probe, options.allowed)
    tell = out if options.form == "text" or options.plan_only else err
    for line in plan.lines(probe, options.allowed):
        tell(line)
    if options.plan_only:
        return 0
    report = run_checks(probe, options.allowed, plan, err)
    if recorder is not None and recorder.problem is not None:
        report.trouble.append(recorder.problem)
    masked = report.masked(Masking((options.access.token, options.access.api_key)))
    source = options.source
    out(WRITTEN[options.form](masked) if source is None else as_sarif(masked, source))
    for line in masked.trouble:
        err(line)
    return report.status


def _recorder(options: RunOptions) -> Recorder | None:
    if options.record is None:
        return None
    return Recorder(empty_folder(options.record), References(options.access, options.own))


def _probe(options: RunOptions, stop: Stop, recorder: Recorder | None, say: Say) -> Probe:
    target = Target(options.target, stop, ca=options.ca, listener=recorder, say=say)
    return Probe(target, options.access, options.patience, stop, CLOCK, own=options.own)
