"""1: paths, HTTP statuses, content types, other origins."""

from http import HTTPStatus

from invapi_conformance.answers import Answer
from invapi_conformance.patterns import Like, says
from invapi_conformance.probe import NEVER_A_KEY, Probe
from invapi_conformance.table import HOLDS, Finding, check, compared, first_difference

MODULES = ("vm", "eq", "eq_callback", "auth")
NO_ACTION = "conformance_no_such_action"
JSON = says("application/json")
BELOW_500 = Like("below 500", lambda value: value < HTTPStatus.INTERNAL_SERVER_ERROR, plain=True)
ORIGIN = {"Origin": "https://conformance.example"}


def of_transport(answer: Answer) -> dict[str, object]:
    return {"status": answer.status, "content-type": answer.headers.get("content-type")}


@check("1.1", "documented", "each module answers at its path")
def modules_are_paths(probe: Probe) -> Finding:
    answers = {f"/{module}.php": probe.call(module, NO_ACTION) for module in MODULES}
    seen = {
        path: "JSON" if isinstance(answer.body, dict) else answer.message for path, answer in answers.items()
    }
    return compared(seen, dict.fromkeys(answers, "JSON"), "a module does not answer at its path")


@check("1.1", "assumed", "a module answers without .php too")
def modules_without_php(probe: Probe) -> Finding:
    answer = probe.send("eq_callback", {"action": "check", "key": NEVER_A_KEY}, path="/eq_callback")
    return compared(answer.body, {"key": NEVER_A_KEY}, "/eq_callback differs from /eq_callback.php")


@check("1.4", "seen", "an API failure is HTTP 200")
def a_failure_is_http_200(probe: Probe) -> Finding:
    answers = (probe.check(NEVER_A_KEY), probe.call("eq", NO_ACTION))
    return first_difference(
        *(
            compared({"status": answer.status}, {"status": 200}, "clients read the envelope")
            for answer in answers
        )
    )


@check("1.4", "seen", "a success is HTTP 200")
def a_success_is_http_200(probe: Probe) -> Finding:
    answer = probe.accepted("eq", "show")
    return compared({"status": answer.status}, {"status": 200}, "clients read the envelope")


@check("1.4", "seen", "an answer is application/json")
def an_answer_is_application_json(probe: Probe) -> Finding:
    answers = (probe.once("eq", "show"), probe.check(NEVER_A_KEY))
    return first_difference(
        *(
            compared(of_transport(answer), {"content-type": JSON}, "an answer has another content type")
            for answer in answers
        )
    )


@check("1.4", "assumed", "an unknown module is 404")
def an_unknown_module_is_404(probe: Probe) -> Finding:
    answer = probe.send("conformance_no_such_module", {"action": "list"})
    return compared({"status": answer.status}, {"status": 404}, "another status")


@check("1.4", "assumed", "a verb that is neither GET nor POST is 405")
def another_verb_is_405(probe: Probe) -> Finding:
    answer = probe.send("eq_callback", {}, method="DELETE")
    return compared({"status": answer.status}, {"status": 405}, "another status")


@check("1.4", "assumed", "a body that is not a form is 415")
def a_body_of_json_is_415(probe: Probe) -> Finding:
    how = {"headers": {"Content-Type": "application/json"}, "raw": b'{"action":"check"}'}
    answer = probe.send("eq_callback", {}, **how)
    return compared({"status": answer.status}, {"status": 415}, "another status")


@check("1.4", "assumed", "a broken encoding is not a server error")
def a_broken_encoding_is_no_5xx(probe: Probe) -> Finding:
    answer = probe.send("eq_callback", {}, raw=b"action=check&key=%ff%zz%")
    return compared({"status": answer.status}, {"status": BELOW_500}, "the server failed")


@check("1.5", "assumed", "web pages of any origin may read an answer")
def cors_is_open(probe: Probe) -> Finding:
    answer = probe.send("eq_callback", {"action": "check", "key": NEVER_A_KEY}, headers=ORIGIN)
    return _allows(answer, HOLDS)


@check("1.5", "assumed", "a preflight is answered")
def preflight_is_answered(probe: Probe) -> Finding:
    asks = {**ORIGIN, "Access-Control-Request-Method": "POST"}
    answer = probe.send("eq_callback", {}, method="OPTIONS", headers=asks)
    return _allows(
        answer,
        compared(
            {"status": answer.status},
            {"status": Like("200 or 204", (200, 204).__contains__, plain=True)},
            "no",
        ),
    )


def _allows(answer: Answer, also: Finding) -> Finding:
    name = "access-control-allow-origin"
    return first_difference(
        also,
        compared(
            {name: answer.headers.get(name)}, {name: "*"}, "browsers do not show it to pages of other origins"
        ),
    )
