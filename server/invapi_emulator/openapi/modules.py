"""The paths of the imitated API: one for each module, with its actions in a `oneOf`."""

from typing import Any
from urllib.parse import urlencode

from pydantic.json_schema import models_json_schema

from invapi_emulator.engine.action import ACTIONS, NOT_EMULATED, Action, actions_of, modules
from invapi_emulator.errors import reasons
from invapi_emulator.openapi.failures import (
    FAILURE_SCHEMAS,
    NO_SERVERS,
    RETRY_AFTER,
    failure_headers,
    transport_failures,
)
from invapi_emulator.openapi.parameters import Schema, query_parameters, request_schema

DEMO_TOKEN = "HOSTKEY_TOKEN"  # noqa: S105 - the vendor's examples work as printed (contract 7.1)
SCHEMAS = "#/components/schemas/"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def module_paths() -> dict[str, Any]:
    return {f"/{module}.php": _path(module) for module in modules()}


def module_schemas() -> dict[str, Schema]:
    """Return the schemas of the paths, by name."""
    models = {example.model for action in ACTIONS.values() for example in action.examples}
    ordered = sorted(models, key=lambda model: model.__name__)
    by_model, shared = models_json_schema(
        [(model, "validation") for model in ordered], ref_template=f"{SCHEMAS}{{model}}"
    )
    definitions: dict[str, Schema] = shared.get("$defs", {})
    bodies = {
        model: definitions[by_model[model, "validation"]["$ref"].removeprefix(SCHEMAS)] for model in ordered
    }
    whole = {model.__name__ for model in ordered}
    parts = {name: schema for name, schema in definitions.items() if name not in whole}
    schemas = parts | FAILURE_SCHEMAS | {"Reason": {"type": "string", "enum": reasons()}}
    for (module, name), action in ACTIONS.items():
        schemas[f"{_title(module, name)}Request"] = request_schema(action)
        wholes = [_whole(action, bodies[example.model]) for example in action.examples]
        schemas[f"{_title(module, name)}Answer"] = wholes[0] if len(wholes) == 1 else {"oneOf": wholes}
    return schemas


def described(module: str) -> list[Action]:
    """Return the actions of a module, in the order of its list."""
    return [action for (of, _), action in ACTIONS.items() if of == module]


def form_of(module: str, action: str, sent: Any) -> dict[str, Any]:
    """Return the whole form of an example."""
    token = {"token": DEMO_TOKEN} if ACTIONS[module, action].needs_token else {}
    return {"action": action} | token | dict(sent)


def _path(module: str) -> dict[str, Any]:
    missing = ", ".join(f"`{name}`" for name in sorted(NOT_EMULATED.get(module, ())))
    about = (
        f"docs/reference/wire.md describes it clause by clause.\n\nThe API returns HTTP 200, even for a refused call. Other "
        f"statuses come from the transport, or from a fault rule (docs/reference/faults.md), which may set any from 400 to 599. "
        f"`/{module}` is the same path. Unknown fields are ignored. If a scalar field is repeated, the last value counts."
    )
    about += f"\n\nDocumented by the vendor, but not emulated (501): {missing}." if missing else ""
    responses = {"200": _answered(module)} | transport_failures()
    common = {"tags": [module], "responses": responses}
    reading = {"operationId": f"get_{module}", "summary": f"Call {module} with fields in the query"}
    calling = {"operationId": f"post_{module}", "summary": f"Call {module} with fields in a form"}
    with_query = f"{about}\n\nA form body may have fields as well. They override those in the query."
    return {
        "post": calling | common | {"description": about, "requestBody": _form(module)},
        "get": reading | common | {"description": with_query, "parameters": query_parameters(module)},
    }


def _form(module: str) -> dict[str, Any]:
    refs = {name: f"{SCHEMAS}{_title(module, name)}Request" for name in actions_of(module)}
    schema = {
        "oneOf": [{"$ref": ref} for ref in refs.values()],
        "discriminator": {"propertyName": "action", "mapping": refs},
    }
    examples = {
        action.name: {"value": form_of(module, action.name, action.examples[0].sent)}
        for action in described(module)
    }
    return {"required": True, "content": {form: {"schema": schema, "examples": examples} for form in FORMS}}


def _answered(module: str) -> dict[str, Any]:
    schemas = [{"$ref": f"{SCHEMAS}{_title(module, name)}Answer"} for name in actions_of(module)]
    schemas.append({"$ref": f"{SCHEMAS}ModuleFailure"})
    examples = {
        _name(action, place): {"value": action.whole(example.body)}
        for action in described(module)
        for place, example in enumerate(action.examples)
    }
    for action in described(module):
        for refused in action.refusal_examples:
            examples[f"{action.name}: {refused.reason}"] = {"value": refused.body()}
    if module == "auth":
        schemas.append({"$ref": f"{SCHEMAS}NoAppropriateServers"})
        examples["login: no_appropriate_servers"] = {"value": NO_SERVERS}
    return {
        "description": "the response of the action, or a refusal",
        "headers": failure_headers(required=False) | RETRY_AFTER,
        "content": {"application/json": {"schema": {"anyOf": schemas}, "examples": examples}},
    }


def _name(action: Action, place: int) -> str:
    """Return a name for an example: by its result, or by its fields if an earlier one has the same result."""
    result = action.examples[place].body.get("result")
    if result in [example.body.get("result") for example in action.examples[:place]]:
        return f"{action.name}: {urlencode(action.examples[place].sent, doseq=True)}"
    return f"{action.name}: {result}" if isinstance(result, str) else action.name


def _whole(action: Action, body: Schema) -> Schema:
    """Return the schema of a whole answer: the envelope around the handler's result."""
    if "result" in body.get("properties", ()):
        return body
    around = {name: {"type": "string", "const": value} for name, value in action.envelope.items()}
    return body | {
        "properties": around | body.get("properties", {}),
        "required": [*around, *body.get("required", ())],
    }


def _title(module: str, action: str) -> str:
    return "".join(word.capitalize() for word in f"{module}_{action}".split("_"))
