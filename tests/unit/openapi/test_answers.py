"""Every answer that is described is given: each example is called on the demo world, and held against its schema."""

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from invapi_emulator.contract.clauses import clauses
from invapi_emulator.engine.action import ACTIONS
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.openapi.modules import form_of
from tests.support.harness import TOKEN, Emulator, Json

ANSWERS = [
    (module, name, example) for (module, name), action in ACTIONS.items() for example in action.examples
]
CALLS = [(module, name, answer) for module, name, answer in ANSWERS if module != "eq_callback"]
REFUSED = [
    (module, name, refused)
    for (module, name), action in ACTIONS.items()
    for refused in action.refusal_examples
]


def hold(document: Json, schema: Json, answer: Any) -> None:
    """Hold an answer against a schema of the document."""
    Draft202012Validator(schema | {"components": document["components"]}).validate(answer)


def answer_schema(module: str, action: str) -> Json:
    title = "".join(word.capitalize() for word in f"{module}_{action}".split("_"))
    return {"$ref": f"#/components/schemas/{title}Answer"}


def shape(value: Any) -> Any:
    """Return what a value is made of: names and types, of a list those of its first item."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    return [shape(part) for part in value[:1]] if isinstance(value, list) else type(value)


def test_every_action_has_its_answer() -> None:
    assert [at for at, action in ACTIONS.items() if not action.examples] == []


@pytest.mark.parametrize(("module", "action", "answer"), CALLS, ids=[f"{m}/{a}" for m, a, _ in CALLS])
def test_the_example_of_an_action_is_answered_as_described(
    emulator: Emulator, document: Json, module: str, action: str, answer: Example
) -> None:
    for earlier, sent in answer.before:
        emulator.http.post(f"/{module}.php", data=form_of(module, earlier, sent))
    response = emulator.http.post(f"/{module}.php", data=form_of(module, action, answer.sent))
    assert "x-emulator-reason" not in response.headers, response.text
    hold(document, answer_schema(module, action), response.json())
    assert shape(response.json()) == shape(ACTIONS[module, action].whole(answer.body))


@pytest.mark.parametrize(("module", "action", "answer"), ANSWERS, ids=[f"{m}/{a}" for m, a, _ in ANSWERS])
def test_every_example_is_valid(document: Json, module: str, action: str, answer: Example) -> None:
    hold(document, answer_schema(module, action), ACTIONS[module, action].whole(answer.body))


@pytest.mark.parametrize(("module", "action", "answer"), ANSWERS, ids=[f"{m}/{a}" for m, a, _ in ANSWERS])
def test_every_example_of_a_form_is_valid(document: Json, module: str, action: str, answer: Example) -> None:
    content = document["paths"][f"/{module}.php"]["post"]["requestBody"]["content"]
    assert len(content) == 2
    for described in content.values():
        hold(document, described["schema"], form_of(module, action, answer.sent))
        assert described["examples"][action]["value"]["action"] == action


@pytest.mark.parametrize(
    ("module", "action", "refused"), REFUSED, ids=[f"{m}/{a} {r.reason}" for m, a, r in REFUSED]
)
def test_every_refusal_is_in_these_words(
    emulator: Emulator, document: Json, module: str, action: str, refused: RefusalExample
) -> None:
    form = form_of(module, action, refused.sent)
    if refused.token is not None:
        form["token"] = refused.token
    response = emulator.http.post(f"/{module}.php", data=form)
    assert (response.headers["x-emulator-reason"], response.json()) == (refused.reason, refused.body())
    hold(document, {"$ref": "#/components/schemas/ModuleFailure"}, response.json())


def test_the_three_answers_of_a_check_are_as_described(emulator: Emulator, document: Json) -> None:
    described = answer_schema("eq_callback", "check")
    key = emulator.start("vm", "create_snapshot", 12345, name="before-upgrade")
    under_way = emulator.check(key)
    emulator.advance(until=key)
    done = emulator.check(key)
    key = emulator.start("vm", "create_snapshot", 12345, name="another", **{"list[]": ["a", "b"]})
    emulator.control("POST", f"/tasks/{key}/fail")
    failed = emulator.check(key)
    examples = [example.body for example in ACTIONS["eq_callback", "check"].examples]
    for answer, example in zip((under_way, done, failed), examples, strict=True):
        assert answer["result"] == example["result"]
        assert answer.keys() == example.keys()
        hold(document, described, answer)


@pytest.mark.parametrize(
    ("module", "action"), [("vm", "get_snapshot"), ("vm", "load_stats"), ("eq", "status")]
)
def test_the_check_of_a_reading_task_is_as_described(
    emulator: Emulator, document: Json, module: str, action: str
) -> None:
    hold(document, answer_schema("eq_callback", "check"), emulator.do(module, action))


def test_a_login_without_servers_is_as_described(emulator: Emulator, document: Json) -> None:
    emulator.reset(scenario="empty")
    refusal = emulator.http.post("/auth.php", data={"action": "login", "key": "demo-api-key"}).json()
    hold(document, {"$ref": "#/components/schemas/NoAppropriateServers"}, refusal)
    examples = document["paths"]["/auth.php"]["post"]["responses"]["200"]["content"]["application/json"][
        "examples"
    ]
    assert examples["login: no_appropriate_servers"]["value"] == refusal


TRANSPORT: list[tuple[int, dict[str, Any]]] = [
    (400, {"content": b"action=list&x=%zz"}),
    (413, {"content": b"x" * (1024 * 1024 + 1)}),
    (415, {"content": b"{}", "headers": {"content-type": "application/json"}}),
    (501, {"data": {"action": "history", "token": TOKEN}}),
]


@pytest.mark.parametrize(("status", "request_"), TRANSPORT, ids=[str(status) for status, _ in TRANSPORT])
def test_a_failure_of_the_transport_is_as_described(
    emulator: Emulator, document: Json, status: int, request_: dict[str, Any]
) -> None:
    described = document["paths"]["/eq.php"]["post"]["responses"][str(status)]
    response = emulator.http.post("/eq.php", **request_)
    assert response.status_code == status
    assert described["description"].startswith(f"`{response.headers['x-emulator-reason']}`")
    hold(document, described["content"]["application/json"]["schema"], response.json())
    assert shape(described["content"]["application/json"]["example"]) == shape(response.json())


def test_the_reasons_are_all_there_are(document: Json) -> None:
    clause = re.search(r"`([a-z_ ]+)`\.$", clauses()["2.5"].text)
    assert clause is not None
    assert set(document["components"]["schemas"]["Reason"]["enum"]) == set(clause[1].split())
