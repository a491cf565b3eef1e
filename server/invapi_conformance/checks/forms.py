"""1.2, 1.3: reading fields. These calls use a key that never existed: no token is needed, nothing changes."""

from invapi_conformance.probe import NEVER_A_KEY, Probe
from invapi_conformance.table import Finding, check, compared, refused

OTHER_KEY = NEVER_A_KEY[::-1]
CHECK = {"action": "check", "key": NEVER_A_KEY}
ECHOED = {"key": NEVER_A_KEY}


@check("1.2", "documented", "POST takes an urlencoded form")
def post_takes_a_form(probe: Probe) -> Finding:
    return compared(probe.send("eq_callback", dict(CHECK)).body, ECHOED, "the field key was not read")


@check("1.2", "assumed", "POST takes multipart/form-data")
def post_takes_parts(probe: Probe) -> Finding:
    answer = probe.send("eq_callback", dict(CHECK), placed="parts")
    return compared(answer.body, ECHOED, "the field key was not read")


@check("1.2", "documented", "GET takes its fields in the query")
def get_takes_a_query(probe: Probe) -> Finding:
    answer = probe.send("eq_callback", dict(CHECK), method="GET", placed="query")
    return compared(answer.body, ECHOED, "the field key was not read")


@check("1.2", "documented", "GET takes its fields in a form body")
def get_takes_a_body(probe: Probe) -> Finding:
    answer = probe.send("eq_callback", dict(CHECK), method="GET")
    return compared(answer.body, ECHOED, "the field key was not read")


@check("1.2", "assumed", "the body wins over the query")
def the_body_wins(probe: Probe) -> Finding:
    answer = probe.send("eq_callback", dict(CHECK), query=f"key={OTHER_KEY}")
    return compared(answer.body, ECHOED, "the field of the query was read")


@check("1.2", "assumed", "of a repeated field the last one wins")
def the_last_one_wins(probe: Probe) -> Finding:
    answer = probe.send("eq_callback", {}, raw=f"action=check&key={OTHER_KEY}&key={NEVER_A_KEY}".encode())
    return compared(answer.body, ECHOED, "another value was read")


@check("1.3", "assumed", "an array where one value is expected is refused")
def an_array_for_a_scalar_is_refused(probe: Probe) -> Finding:
    answer = probe.send("eq_callback", {"action": "check", "key": [NEVER_A_KEY]})
    return refused(answer, "it was accepted")
