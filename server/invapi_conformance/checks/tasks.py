"""3: keys of tasks, from the first check to the one after the end."""

from invapi_conformance.answers import Answer
from invapi_conformance.patterns import (
    KEY,
    NUMBER,
    STRING_OR_NULL,
    TEXT,
    Exactly,
    JsonText,
    Like,
    numeric,
    says,
)
from invapi_conformance.probe import NEVER_A_KEY, Fetched, Probe
from invapi_conformance.table import CannotTell, Finding, answered, check, compared, first_difference, refused

STATUS = ("eq", "status")
NOT_FOUND = {"code": -1, "message": says("AsyncKey not found")}
ABSENT = Like("no such field", lambda value: value is None)


def status_of(probe: Probe) -> Fetched:
    return probe.fetched(*STATUS)


def ended_well(answer: Answer) -> Answer:
    if answer.field("result") == "Fail":
        raise CannotTell(f"the task failed: {answer.message}")
    return answer


@check("3.1", "documented", "a call that starts work answers a key of 32 lowercase letters and digits")
def a_call_that_starts_work_answers_a_key(probe: Probe) -> Finding:
    return answered(probe.accepted(*STATUS), {"callback": KEY}, "it is not such a key")


@check("3.1", "documented", "each call has a key of its own")
def each_call_has_its_key(probe: Probe) -> Finding:
    keys = {name: probe.accepted(*name).key for name in (STATUS, ("vm", "load_stats"))}
    return compared(
        {"different keys": len(set(keys.values()))}, {"different keys": 2}, "two calls share a key"
    )


@check("3.2", "seen", "a check needs no token")
def a_check_needs_no_token(probe: Probe) -> Finding:
    answer = status_of(probe).first
    seen = {"token asked for": answer.refuses_the_token}
    return compared(seen, {"token asked for": False}, "a check without a token is refused")


@check("3.2", "documented", "a check takes status, stage and id too")
def a_check_takes_more_fields(probe: Probe) -> Finding:
    answer = probe.check(NEVER_A_KEY, status="1", stage="1", id=probe.access.vm)
    return answered(answer, NOT_FOUND, "unexpected answer to a check with these fields")


@check("3.3", "documented", "a task under way answers Not ready and its key, and nothing else")
def a_task_under_way_is_not_ready(probe: Probe) -> Finding:
    return under_way(status_of(probe).first, status_of(probe).asked)


def under_way(first: Answer, asked: Answer) -> Finding:
    if first.field("result") == "OK":
        raise CannotTell("the task had ended before it was first checked")
    return answered(first, Exactly({"result": "Not ready", "key": asked.key or KEY}), "another answer")


@check("3.4", "documented", "an ended task answers result, action, scope, context, debug and key")
def an_ended_task_answers_its_envelope(probe: Probe) -> Finding:
    status = status_of(probe)
    wanted = {
        "result": "OK", "action": "check", "scope": TEXT, "context": {}, "debug": STRING_OR_NULL,
        "key": status.asked.key or KEY,
    }  # fmt: skip
    return answered(ended_well(status.end), wanted, "another envelope")


@check("3.4", "seen", "context names the VM and the action that were asked for")
def context_is_of_the_call(probe: Probe) -> Finding:
    status, stats = status_of(probe).end, probe.fetched("vm", "load_stats").end
    why = "clients reject an answer with another context"
    return first_difference(*(
        answered(ended_well(answer), {"context": {"action": action, "id": numeric(probe.access.vm)}}, why)
        for answer, action in ((status, "status"), (stats, "load_stats"))
    ))  # fmt: skip


@check("3.4", "documented", "context.id is a number")
def context_id_is_a_number(probe: Probe) -> Finding:
    return answered(ended_well(status_of(probe).end), {"context": {"id": NUMBER}}, "it is not a number")


@check("3.4", "documented", "context tells the location")
def context_tells_the_location(probe: Probe) -> Finding:
    return answered(
        ended_well(status_of(probe).end), {"context": {"location": TEXT}}, "the location is missing"
    )


@check("3.4", "documented", "context does not repeat the token")
def context_has_no_token(probe: Probe) -> Finding:
    context = ended_well(status_of(probe).end).field("context") or {}
    return compared(
        {"token": context.get("token")}, {"token": ABSENT}, "anyone with the key can read the token"
    )


@check("3.4", "seen", "what a task fetched is a JSON string in scope")
def scope_is_a_json_string(probe: Probe) -> Finding:
    return answered(
        ended_well(probe.fetched("vm", "load_stats").end),
        {"scope": JsonText({})},
        "scope is not a JSON string",
    )


@check("3.6", "documented", "the answer OK spends the key")
def the_ok_spends_the_key(probe: Probe) -> Finding:
    status = status_of(probe)
    ended_well(status.end)
    return answered(status.again, NOT_FOUND, "unexpected answer to the next check")


@check("3.6", "documented", "a spent key is named in the refusal")
def a_spent_key_is_named(probe: Probe) -> Finding:
    status = status_of(probe)
    ended_well(status.end)
    return refused(status.again, "it is not a refusal, or it does not name the key", key=status.asked.key)


@check("3.6", "documented", "a key that never was is not found")
def a_key_that_never_was_is_not_found(probe: Probe) -> Finding:
    return answered(probe.check(NEVER_A_KEY), NOT_FOUND | {"key": NEVER_A_KEY}, "another answer")


@check("3.6", "assumed", "a malformed key and an empty one are not found either")
def a_malformed_key_is_not_found(probe: Probe) -> Finding:
    return first_difference(
        *(answered(probe.check(key), NOT_FOUND, "another answer") for key in ("no key!", ""))
    )


@check("3.6", "assumed", "a check without a key is refused in other words")
def a_check_without_a_key_is_refused(probe: Probe) -> Finding:
    answer = probe.send("eq_callback", {"action": "check"})
    other = Like("text that does not mention AsyncKey", lambda text: "AsyncKey" not in str(text), plain=True)
    return refused(answer, "another answer", message=other)


@check("3.3", "documented", "a snapshot being made is Not ready", needs=("changes",))
def a_snapshot_under_way_is_not_ready(probe: Probe) -> Finding:
    return under_way(probe.step("create.first"), probe.step("create.asked"))


@check("3.6", "documented", "the OK of a snapshot spends its key", needs=("changes",))
def the_ok_of_a_snapshot_spends_the_key(probe: Probe) -> Finding:
    return answered(probe.step("create.again"), NOT_FOUND, "unexpected answer to the next check")
