"""11.1, 11.6: calls that must be refused and cost nothing. Each names a preset, an invoice or a VM that does not exist.

A target that forgets a rule cannot carry such a call out either.
"""

from invapi_conformance.answers import Answer
from invapi_conformance.patterns import says
from invapi_conformance.probe import NO_SUCH_NUMBER, NO_SUCH_PRESET, NO_SUCH_VM, Probe
from invapi_conformance.table import CannotTell, Finding, check, first_difference, refused

ORDER = ("eq", "order_instance")
WRONG_AMOUNT = "0.01"
WEAK = ("Aa1-", "aaaa1111-", "AAAA1111-", "Aaaaaaaa-", "Aaaa11111", "-Aaaa1111", "Aaaa1111-!", "Aa1-" * 8)
"""Root passwords that break one rule each: length, capital, small letter, digit, sign, sign first, others, length."""


def in_vain(probe: Probe, **fields: str | int) -> Answer:
    """Order a preset that does not exist, with more fields. It is never about a server of the account."""
    return probe.call(*ORDER, preset=NO_SUCH_PRESET, location_name="NL", **fields)


def _refused_for(answer: Answer, why: str, **more: object) -> Finding:
    """Require a refusal. One of the preset says nothing about the other field."""
    if answer.is_failure and "preset" in answer.message.lower():
        raise CannotTell("the preset is refused before the other fields are looked at")
    return refused(answer, why, **more)


@check("11.1", "seen", "an order of an unknown preset is refused, Invalid preset")
def an_order_of_an_unknown_preset_is_refused(probe: Probe) -> Finding:
    answer = in_vain(probe)
    wanted = says(f"invalid preset {NO_SUCH_PRESET}")
    return refused(answer, "it was accepted, or refused in other words", message=wanted)


@check("11.1", "seen", "an order by preset_id is refused, invalid instance name")
def an_order_by_preset_id_is_refused(probe: Probe) -> Finding:
    answer = probe.call(*ORDER, preset_id=NO_SUCH_NUMBER, location_name="NL")
    return refused(
        answer, "it was accepted, or refused in other words", message=says("invalid instance name")
    )


@check("11.1", "documented", "an unknown deploy_period is refused, Invalid deploy_period")
def an_unknown_period_is_refused(probe: Probe) -> Finding:
    answer = in_vain(probe, deploy_period="conformance")
    return _refused_for(
        answer, "it was accepted, or refused in other words", message=says("invalid deploy_period")
    )


@check("11.1", "documented", "a weak root_pass is refused")
def a_weak_root_password_is_refused(probe: Probe) -> Finding:
    return first_difference(
        *(_refused_for(in_vain(probe, root_pass=weak), "one was accepted") for weak in WEAK)
    )


@check("11.6", "assumed", "credit for an unknown invoice is refused")
def credit_for_an_unknown_invoice_is_refused(probe: Probe) -> Finding:
    answer = probe.call("whmcs", "apply_credit", invoice_id=NO_SUCH_NUMBER, amount=WRONG_AMOUNT)
    return refused(answer, "it was accepted")


@check("11.6", "assumed", "a cancellation of an unknown server is refused")
def a_cancellation_of_an_unknown_server_is_refused(probe: Probe) -> Finding:
    reason = "the conformance kit tries a server that does not exist"
    answer = probe.call(
        "whmcs", "request_cancellation", id=NO_SUCH_VM, cancellation_reason=reason, cancellation_type=0
    )
    return refused(answer, "it was accepted")
