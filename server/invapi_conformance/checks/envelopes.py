"""2: the envelopes of successes and refusals."""

from invapi_conformance.answers import INVALID_TOKEN, Answer
from invapi_conformance.checks.transport import NO_ACTION
from invapi_conformance.patterns import Like, says
from invapi_conformance.probe import NEVER_A_TOKEN, NO_SUCH_VM, Probe
from invapi_conformance.table import Finding, answered, check, first_difference, refused

INVALID = {"code": INVALID_TOKEN}
MESSAGE = Like("text", lambda value: isinstance(value, str) and value != "", plain=True)


def of_no_such_vm(probe: Probe, action: str = "get_snapshot") -> Answer:
    return probe.call("vm", action, id=NO_SUCH_VM)


@check("2.1", "documented", "a success names result, module and action")
def a_success_names_its_action(probe: Probe) -> Finding:
    answer = probe.accepted("vm", "load_stats")
    wanted = {"result": "OK", "module": "vm", "action": "load_stats"}
    return answered(answer, wanted, "unexpected envelope of a success")


@check("2.2", "documented", "a failure has code -1 and a message")
def a_failure_has_code_and_message(probe: Probe) -> Finding:
    return answered(
        of_no_such_vm(probe), {"code": -1, "message": MESSAGE}, "unexpected envelope of a failure"
    )


@check("2.2", "assumed", "a failure has result -1 and the message as error too")
def a_failure_has_result_and_error(probe: Probe) -> Finding:
    answer = of_no_such_vm(probe)
    return answered(
        answer,
        {"result": -1, "error": answer.field("message") or MESSAGE},
        "result or error is missing or different",
    )


@check("2.3", "seen", "a bad token is code -2, Invalid token")
def a_bad_token_is_refused(probe: Probe) -> Finding:
    answer = probe.call("eq", "list", token=NEVER_A_TOKEN)
    return answered(
        answer, INVALID | {"message": says("invalid token")}, "clients log in again only on this answer"
    )


@check("2.3", "seen", "no token is as a bad one")
def no_token_is_refused(probe: Probe) -> Finding:
    answer = probe.send("eq", {"action": "list"})
    return answered(
        answer, INVALID | {"message": says("invalid token")}, "clients log in again only on this answer"
    )


@check("2.3", "seen", "a bad token is refused by the module vm as well")
def a_bad_token_is_refused_by_vm(probe: Probe) -> Finding:
    answer = probe.call("vm", "get_snapshot", token=NEVER_A_TOKEN, id=probe.access.vm)
    return answered(answer, INVALID, "clients log in again only on this answer")


@check("2.4", "assumed", "a refused list says so, for which VM, and why")
def a_refused_list_says_so(probe: Probe) -> Finding:
    wanted = {"message": says(f"failed to request snapshot list for {NO_SUCH_VM} - ")}
    return refused(of_no_such_vm(probe), "other words", **wanted)


@check("2.4", "documented", "a refused creation says so and for which VM", needs=("changes",))
def a_refused_creation_says_so(probe: Probe) -> Finding:
    wanted = {"message": says(f"failed to request snapshot creation for {NO_SUCH_VM}")}
    return refused(probe.step("create-for-nobody"), "other words", **wanted)


@check("2.4", "assumed", "a refused removal says so, for which VM, and why", needs=("changes",))
def a_refused_removal_says_so(probe: Probe) -> Finding:
    wanted = {"message": says(f"failed to request snapshot removal for {probe.access.vm} - ")}
    return refused(probe.step("remove-again"), "other words", **wanted)


@check("2.6", "assumed", "an unknown action, and none, are refused")
def an_unknown_action_is_refused(probe: Probe) -> Finding:
    return first_difference(
        *(
            refused(probe.call(module, NO_ACTION), f"{module} took it")
            for module in ("vm", "eq", "eq_callback")
        ),
        refused(probe.send("eq", {"token": probe.access.token}), "a call without an action was accepted"),
    )


@check("2.7", "assumed", "a malformed id is refused, and named")
def a_malformed_id_is_refused(probe: Probe) -> Finding:
    answer = probe.call("vm", "get_snapshot", id="12x")
    return refused(answer, "it was accepted, or the message does not name it", message=says("id"))


@check("2.8", "assumed", "the token is refused before the parameters")
def the_token_is_refused_first(probe: Probe) -> Finding:
    answer = probe.call("vm", "get_snapshot", token=NEVER_A_TOKEN, id="12x")
    return answered(answer, INVALID, "something else was refused first")
