"""The whole document: what FastAPI says of the control API, and what the table of actions says of the modules."""

from typing import Any

from invapi_emulator.openapi.modules import module_paths, module_schemas
from invapi_emulator.openapi.parameters import ecma

_ABOUT = """\
An emulator of HOSTKEY's InvAPI: the modules `vm`, `eq`, `eq_callback` and `auth` as clients of snapshots meet them, and
a control API under `/_emulator` that moves time, looks inside and orders failures. What of the modules is known and what
was chosen stands in docs/fidelity.md, clause by clause.

Calls of the modules need the token of an account; the account `demo` has `HOSTKEY_TOKEN`. A path that is no module is 404
`unknown_module`, another verb than GET and POST 405 `method_not_allowed`, both with the failure envelope. The control API
wants `Authorization: Bearer <token>` where the server was started with `--admin-token`.
"""
_FOREIGN = ("HTTPValidationError", "ValidationError")
"""How FastAPI would say that a request makes no sense; here it is said as all other failures."""


def whole_document(control: dict[str, Any]) -> dict[str, Any]:
    """Return the document of the control API with the modules put before it."""
    schemas = module_schemas()
    own = control["components"]["schemas"]
    twice = schemas.keys() & own.keys()
    if twice:
        raise ValueError(f"two schemas of one name: {', '.join(sorted(twice))}")
    for path in control["paths"].values():
        for operation in path.values():
            operation["security"] = [{}, {"adminToken": []}]
            _drop_foreign_failures(operation["responses"])
    own = {name: schema for name, schema in own.items() if name not in _FOREIGN}
    return control | {
        "info": control["info"] | {"description": _ABOUT},
        "paths": module_paths() | in_json_schema(control["paths"]),
        "components": {
            "schemas": schemas | in_json_schema(own),
            "securitySchemes": {"adminToken": {"type": "http", "scheme": "bearer"}},
        },
    }


def in_json_schema(schema: Any) -> Any:
    """Return a part of the document with its patterns in the dialect of JSON Schema, and whole numbers as such."""
    if isinstance(schema, float) and schema.is_integer():
        return int(schema)
    if isinstance(schema, list):
        return [in_json_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _keyword(name, value) for name, value in schema.items()}


def _keyword(name: str, value: Any) -> Any:
    if name == "pattern" and isinstance(value, str):
        return ecma(value)
    if name == "patternProperties":
        return {ecma(pattern): in_json_schema(part) for pattern, part in value.items()}
    return in_json_schema(value)


def _drop_foreign_failures(responses: dict[str, Any]) -> None:
    """Leave out the 422 that FastAPI notes at every route with parameters; routes name their own."""
    schema = responses.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if str(schema.get("$ref", "")).endswith(f"/{_FOREIGN[0]}"):
        del responses["422"]
