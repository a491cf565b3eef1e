"""Mutations of transport, envelopes and tasks."""

import json

from tests.unit.conformance.mutated_servers.mutated_server import Asked, Given
from tests.unit.conformance.mutated_servers.mutations import is_end, is_failure, mutation


@mutation("a-failure-is-http-200")
def a_failure_is_http_500(_asked: Asked, given: Given) -> None:
    given.status = 500 if is_failure(given) and given.status == 200 else given.status


@mutation("an-answer-is-application-json")
def an_answer_says_it_is_html(_asked: Asked, given: Given) -> None:
    given.headers["content-type"] = "text/html; charset=UTF-8"


@mutation("an-unknown-module-is-404")
def an_unknown_module_is_200(_asked: Asked, given: Given) -> None:
    given.status = 200 if given.status == 404 else given.status


@mutation("cors-is-open")
def other_origins_may_not_read(_asked: Asked, given: Given) -> None:
    given.headers.pop("access-control-allow-origin", None)


@mutation("a-success-names-its-action")
def a_success_does_not_name_its_module(_asked: Asked, given: Given) -> None:
    if isinstance(given.body, dict):
        given.body.pop("module", None)


@mutation("a-failure-has-code-and-message")
def a_failure_has_code_1(_asked: Asked, given: Given) -> None:
    if is_failure(given) and given.body["code"] == -1:
        given.body["code"] = 1


@mutation("a-failure-has-result-and-error")
def a_failure_has_no_result(_asked: Asked, given: Given) -> None:
    if is_failure(given):
        del given.body["result"]


@mutation("a-bad-token-is-refused")
def a_bad_token_is_code_minus_1(_asked: Asked, given: Given) -> None:
    if is_failure(given) and given.body["code"] == -2:
        given.body["code"] = -1


@mutation("no-token-is-refused")
def a_call_without_a_token_is_taken(asked: Asked, given: Given) -> None:
    if (asked.module, asked.action) == ("eq", "list") and "token" not in asked.fields:
        given.body = {"result": "OK", "action": "list", "servers": [12345]}


@mutation("a-refused-list-says-so")
def a_refusal_does_not_say_of_which_vm(_asked: Asked, given: Given) -> None:
    if is_failure(given):
        given.body["message"] = given.body["error"] = given.body["message"].rpartition(" - ")[2]


@mutation("the-token-is-refused-first")
def parameters_are_refused_before_the_token(asked: Asked, given: Given) -> None:
    if asked.fields.get("id") == "12x":
        given.body |= {"code": -1, "message": "invalid parameter id", "error": "invalid parameter id"}


@mutation("a-call-that-starts-work-answers-a-key")
def a_key_has_31_characters(asked: Asked, given: Given) -> None:
    if asked.action == "status":
        given.body["callback"] = given.body["callback"][:31]


@mutation("a-task-under-way-is-not-ready")
def a_task_under_way_answers_another_word(_asked: Asked, given: Given) -> None:
    if isinstance(given.body, dict) and given.body.get("result") == "Not ready":
        given.body["result"] = "In progress"


@mutation("a-task-under-way-is-not-ready")
def a_task_under_way_tells_its_progress(_asked: Asked, given: Given) -> None:
    if isinstance(given.body, dict) and given.body.get("result") == "Not ready":
        given.body["progress"] = 40


@mutation("an-ended-task-answers-its-envelope")
def an_ended_task_has_no_debug(_asked: Asked, given: Given) -> None:
    if is_end(given, "status"):
        del given.body["debug"]


@mutation("context-is-of-the-call")
def context_names_another_vm(_asked: Asked, given: Given) -> None:
    if is_end(given, "status"):
        given.body["context"]["id"] = "12346"


@mutation("context-id-is-a-number")
def context_id_is_a_string(_asked: Asked, given: Given) -> None:
    if is_end(given, "status"):
        given.body["context"]["id"] = "12345"


@mutation("context-has-no-token")
def context_repeats_the_token(_asked: Asked, given: Given) -> None:
    if is_end(given, "status"):
        given.body["context"]["token"] = "0123456789abcdef" * 2


_ENDS: dict[str, object] = {}


@mutation("the-ok-spends-the-key")
def a_key_is_not_spent(asked: Asked, given: Given) -> None:
    if asked.action == "check" and isinstance(given.body, dict) and given.body.get("result") == "OK":
        _ENDS[asked.fields["key"]] = given.body
    elif asked.action == "check":
        given.body = _ENDS.get(asked.fields.get("key", ""), given.body)


@mutation("a-key-that-never-was-is-not-found")
def an_unknown_key_is_not_ready(asked: Asked, given: Given) -> None:
    if asked.fields.get("key", "").startswith("conformance") and is_failure(given):
        given.body = {"result": "Not ready", "key": asked.fields["key"]}


@mutation("scope-is-a-json-string")
def scope_is_an_object(_asked: Asked, given: Given) -> None:
    if is_end(given, "load_stats"):
        given.body["scope"] = json.loads(given.body["scope"])
