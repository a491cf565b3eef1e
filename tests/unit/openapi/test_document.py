"""The document: valid, whole, and by the same rules as the actions themselves."""

from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from invapi_emulator.engine.action import ACTIONS, NOT_EMULATED, NOT_EMULATED_MODULES
from tests.support.harness import TOKEN, Emulator, Json, running
from tests.support.offenders import assert_none

VERBS = {"get", "put", "post", "delete", "patch"}


def schema(document: Json, name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}", "components": document["components"]}


def request_schema(document: Json, module: str, action: str) -> Json:
    refs = document["paths"][f"/{module}.php"]["post"]["requestBody"]["content"][
        "application/x-www-form-urlencoded"
    ]["schema"]["discriminator"]["mapping"]
    name: str = refs[action].rpartition("/")[2]
    found: Json = document["components"]["schemas"][name]
    return found


@pytest.mark.no_cover
def test_the_document_is_valid(document: Json) -> None:
    assert document["openapi"].startswith("3.1")
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_schema_is_referred_to(document: Json) -> None:
    text = str(document)
    unused = [
        name for name in document["components"]["schemas"] if f"#/components/schemas/{name}'" not in text
    ]
    assert unused == []


def wrong_with_form(document: Json, module: str, name: str) -> list[str]:
    """Return what an action's form lacks of what the action reads."""
    found, action = request_schema(document, module, name), ACTIONS[module, name]
    properties = found["properties"]
    mute = [field for field, told in properties.items() if field != "action" and "description" not in told]
    unread = set(action.params.model_fields) - {field.partition("[")[0] for field in properties}
    told = {
        f"another action: {properties['action']['const']}": properties["action"]["const"] != name,
        f"fields that are read: {unread}": unread,
        "whether it takes a token": ("token" in found["required"]) != action.needs_token,
        f"what these are: {mute}": mute,
    }
    return [lack for lack, there in told.items() if there]


def test_every_action_has_its_form_with_all_that_it_reads(document: Json) -> None:
    assert ACTIONS
    wrong = {at: lacks for at in ACTIONS if (lacks := wrong_with_form(document, *at))}
    assert_none(wrong)


def test_rules_are_those_of_the_models(document: Json) -> None:
    create = request_schema(document, "vm", "create_snapshot")
    assert create["required"] == ["action", "token", "id", "name"]
    assert create["properties"]["name"]["pattern"] == "^[a-zA-Z0-9_.-]{1,100}$"
    vm_id = create["properties"]["id"]
    assert (vm_id["type"], vm_id["minimum"], vm_id["maximum"]) == ("integer", 1, 2**63 - 1)
    assert create["properties"]["type"]["default"] == "snapshot"
    settings = request_schema(document, "vm", "update_restore_settings")["properties"]
    assert settings["enable_rotation"]["enum"] == [0, 1]
    assert settings["exclude_rotation[]"]["items"]["pattern"] == "^[a-zA-Z0-9_.-]{1,100}$"
    login = request_schema(document, "auth", "login")["properties"]
    assert (login["ttl"]["maximum"], login["ttl"]["default"], login["fix_ip"]["default"]) == (
        31_536_000,
        10_800,
        0,
    )


def test_what_is_not_emulated_is_named(document: Json) -> None:
    unnamed = [
        (module, name)
        for module, names in NOT_EMULATED.items()
        for name in names
        if f"`{name}`" not in document["paths"][f"/{module}.php"]["post"]["description"]
    ]
    assert_none(unnamed)
    about = document["info"]["description"]
    assert_none([module for module in NOT_EMULATED_MODULES if f"`{module}`" not in about])


@pytest.mark.parametrize(
    "fields", [{"name": "a"}, {"id": "12345"}, {"id": 0, "name": "a"}, {"id": 1, "name": "a b"}]
)
def test_what_an_action_refuses_its_schema_refuses(document: Json, emulator: Emulator, fields: Any) -> None:
    form = {"action": "create_snapshot", "token": TOKEN} | fields
    sent = {name: int(value) if name == "id" else value for name, value in form.items()}
    assert not Draft202012Validator(request_schema(document, "vm", "create_snapshot")).is_valid(sent)
    assert emulator.answer(emulator.http.post("/vm.php", data=form))["reason"] == "invalid_parameter"


def test_every_route_of_the_control_api_says_how_it_fails(document: Json) -> None:
    failure = {"$ref": "#/components/schemas/FailureView"}
    for path, operations in document["paths"].items():
        if path.endswith(".php"):
            continue
        for verb in operations.keys() & VERBS:
            responses = operations[verb]["responses"]
            assert "403" in responses, path
            assert ("404" in responses) == ("{name}" in path), path
            for status in responses.keys() & {"401", "403", "404", "409", "422"}:
                assert responses[status]["content"]["application/json"]["schema"] == failure, (path, status)
    assert "HTTPValidationError" not in str(document)


def test_path_parameters_say_what_they_look_like(document: Json) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    assert {"pattern", "minimum"} & parameter["schema"].keys(), (path, parameter["name"])


def test_the_description_needs_no_admin_token() -> None:
    with (
        running(admin_token="secret") as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        assert http.get("/openapi.json").status_code == 200
        assert http.get("/docs").status_code == 200
        assert http.get("/docs/start.js").status_code == 200
        assert http.get("/docsx").status_code == 404
        assert http.get("/_emulator/accounts").status_code == 401


def test_operations_whose_function_was_renamed_keep_their_id(document: Json) -> None:
    faults = document["paths"]["/_emulator/accounts/{name}/faults"]["post"]
    unauthenticated = document["paths"]["/_emulator/requests"]["get"]
    kept = [faults["operationId"], unauthenticated["operationId"]]
    assert kept == ["order__emulator_accounts__name__faults_post", "list_strangers__emulator_requests_get"]
