"""The OpenAPI document: the control API from FastAPI, the modules from the table of actions."""

from collections.abc import Iterable
from typing import Any

from invapi_emulator.engine.action import NOT_EMULATED_MODULES, modules
from invapi_emulator.openapi.modules import module_paths, module_schemas
from invapi_emulator.openapi.parameters import ecma

_ABOUT = """\
An emulator of HOSTKEY's InvAPI, with the modules {emulated}. The control API under `/_emulator` moves time, shows state and makes
calls fail. docs/reference/wire.md lists, clause by clause, which parts of the modules are known and which are assumed.

The vendor's modules {missing} are not emulated: each call returns 501 `not_emulated`.

- **Token.** Calls to a module need the token of an account, except for the catalogue. The account `demo` has `HOSTKEY_TOKEN`.
- **Errors.** An unknown module returns 404 `unknown_module`. A method other than GET and POST returns 405
  `method_not_allowed`. Both have the failure envelope.
- **Control API.** It requires `Authorization: Bearer <token>` if the server was started with `--admin-token`.
"""
_FOREIGN = ("HTTPValidationError", "ValidationError")
"""FastAPI's schemas for invalid requests. The emulator returns them like all other failures."""


def whole_document(control: dict[str, Any]) -> dict[str, Any]:
    """Return the document of the control API with the modules added before it."""
    schemas = module_schemas()
    own = control["components"]["schemas"]
    twice = schemas.keys() & own.keys()
    if twice:
        raise ValueError(f"duplicate schema names: {', '.join(sorted(twice))}")
    for path in control["paths"].values():
        for operation in path.values():
            operation["security"] = [{}, {"adminToken": []}]
            _drop_foreign_failures(operation["responses"])
    own = {name: schema for name, schema in own.items() if name not in _FOREIGN}
    emulated, missing = _listed(modules()), _listed(NOT_EMULATED_MODULES)
    return control | {
        "info": control["info"] | {"description": _ABOUT.format(emulated=emulated, missing=missing)},
        "paths": module_paths() | in_json_schema(control["paths"]),
        "components": {
            "schemas": schemas | in_json_schema(own),
            "securitySchemes": {"adminToken": {"type": "http", "scheme": "bearer"}},
        },
    }


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def in_json_schema(schema: Any) -> Any:
    """Return a part of the document with patterns in JSON Schema's dialect and whole numbers as integers."""
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
    """Remove the 422 that FastAPI adds to every route with parameters. Routes declare their own."""
    schema = responses.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if str(schema.get("$ref", "")).endswith(f"/{_FOREIGN[0]}"):
        del responses["422"]
