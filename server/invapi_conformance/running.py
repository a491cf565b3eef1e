"""A run: look at the VM, print the plan, make the reading checks, walk the plan, check it, clean up."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from invapi_conformance.checks import CHECKS
from invapi_conformance.cleanup import clean_up
from invapi_conformance.facts import CouldNotRun, Facts, facts_of
from invapi_conformance.interruption import Interrupted
from invapi_conformance.order_offer import Offer, in_words, offer_of
from invapi_conformance.probe import Probe
from invapi_conformance.report import INTERRUPTED, Report, Result
from invapi_conformance.script import Step, steps_for
from invapi_conformance.table import CannotTell, Check, Finding, Need
from invapi_conformance.target import Unreachable
from invapi_conformance.walk import Allowed, StepFailed, Walk

SILENT_AFTER = 4
"""Number of checks in a row without an answer, after which no more checks are made."""

UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Plan:
    facts: Facts
    steps: list[Step]
    offer: Offer | None

    def lines(self, probe: Probe, allowed: Allowed) -> list[str]:
        """Return the lines of the plan, to be printed before the first change."""
        head = f"VM {probe.access.vm} at {probe.target.url}: {self.facts.in_words()}"
        if not allowed.anything:
            return [head, "plan: read only, nothing is changed"]
        numbered = [
            f"{number:4}. {step.calls:28} {step.what.format(own=probe.own)}"
            for number, step in enumerate(self.steps, 1)
        ]
        end = "at the end, also when interrupted: remove its own snapshot, restore settings and power"
        lines = [
            head,
            f"plan: after the checks that only read, on VM {probe.access.vm} and no other:",
            *numbered,
            f"      {end}",
        ]
        return lines + self._of_more(allowed)

    def _of_more(self, allowed: Allowed) -> list[str]:
        """Return what else is undone, and what may be paid."""
        more = []
        if allowed.objects or allowed.rename:
            more.append("      and: remove its own key and tag, restore the name")
        if self.offer is not None:
            most = f"{in_words(allowed.most)} {self.offer.currency}"
            more.append(
                f"      and: cancel the ordered server; it costs {self.offer.cost}, of at most {most}"
            )
        return more


def planned(probe: Probe, allowed: Allowed) -> Plan:
    """Look at the VM and plan. Raises CouldNotRun, Interrupted."""
    try:
        facts = facts_of(probe)
        offer = offer_of(probe, allowed.most) if allowed.orders else None
        probe.price = "" if offer is None else f"{offer.price:.2f}"
        return Plan(facts, steps_for(facts, allowed, offer), offer)
    except Unreachable as trouble:
        raise CouldNotRun(f"--target: {trouble}") from None


def run_checks(probe: Probe, allowed: Allowed, plan: Plan, say: Callable[[str], None]) -> Report:
    """Make the checks. Errors are in the report. The VM ends up as it was found."""
    report = Report(probe.target.url, probe.access.vm, plan.facts.in_words())
    granted = _granted(probe, allowed)
    reading = [check for check in CHECKS.values() if check.needs <= {"api-key"}]
    report.results += _looked(probe, reading, granted, report)
    if plan.steps and not report.trouble:
        _walk(Walk(probe, plan.facts, allowed, offer=plan.offer), plan, report, say)
    report.results += _looked(
        probe, [check for check in CHECKS.values() if check not in reading], granted, report
    )
    order = {name: at for at, name in enumerate(CHECKS)}
    report.results.sort(key=lambda result: (_number(result.check), order[result.check.name]))
    return report


def _granted(probe: Probe, allowed: Allowed) -> set[Need]:
    given: dict[Need, bool] = {
        "changes": allowed.changes, "settings": allowed.settings, "power": allowed.power, "restore": allowed.restore,
        "objects": allowed.objects, "rename": allowed.rename, "orders": allowed.orders,
        "api-key": bool(probe.access.api_key),
    }  # fmt: skip
    return {need for need, is_given in given.items() if is_given}


def _walk(walk: Walk, plan: Plan, report: Report, say: Callable[[str], None]) -> None:
    """Walk the plan as far as possible, and clean up."""
    try:
        for number, step in enumerate(plan.steps, 1):
            say(f"step {number} of {len(plan.steps)}: {step.calls}: {step.what.format(own=walk.own)}")
            step.run(walk)
    except (StepFailed, CannotTell, Unreachable) as trouble:
        walk.probe.why_none = str(trouble)
    except CouldNotRun as refusal:
        walk.probe.why_none = str(refusal)
        report.trouble.append(str(refusal))
    except Interrupted:
        walk.probe.why_none = INTERRUPTED
        report.trouble.append(INTERRUPTED)
        say("interrupted: cleaning up; this cannot be interrupted")
    finally:
        report.trouble += [f"left behind: {line}" for line in clean_up(walk)]


def _looked(probe: Probe, checks: Iterable[Check], granted: set[Need], report: Report) -> list[Result]:
    found: list[Result] = []
    silent = 0
    for check in checks:
        if missing := sorted(check.needs - granted):
            finding = CannotTell(f"needs {', '.join(_flag(need) for need in missing)}")
            found.append(Result(check, _could_not_tell(finding)))
            continue
        if silent >= SILENT_AFTER or INTERRUPTED in report.trouble:
            why = INTERRUPTED if INTERRUPTED in report.trouble else "not asked: the target stopped answering"
            if not check.needs - {"api-key"}:
                found.append(Result(check, Finding("could not tell", why)))
                continue
        finding_, answered = _look(probe, check, report)
        silent = 0 if answered else silent + 1
        found.append(Result(check, finding_))
    return found


def _look(probe: Probe, check: Check, report: Report) -> tuple[Finding, bool]:
    """Return the finding of a check, and whether the target answered."""
    try:
        return check.look(probe), True
    except CannotTell as why:
        return _could_not_tell(why), True
    except Unreachable as trouble:
        return _could_not_tell(trouble), False
    except Interrupted:
        if INTERRUPTED not in report.trouble:
            report.trouble.append(INTERRUPTED)
        return Finding("could not tell", INTERRUPTED), True
    except UNREADABLE as problem:
        return Finding("could not tell", f"the answer cannot be read: {problem}"), True


def _could_not_tell(why: Exception) -> Finding:
    return Finding("could not tell", str(why))


def _flag(need: Need) -> str:
    return "--api-key" if need == "api-key" else f"--allow-{need}"


def _number(check: Check) -> tuple[int, ...]:
    return tuple(map(int, check.clause.split(".")))
