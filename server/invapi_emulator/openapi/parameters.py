"""Schemas of the fields of an action, derived from the model that checks them."""

from typing import Any, TypeAlias

from pydantic import BaseModel

from invapi_emulator.actions.parameters import named_in
from invapi_emulator.engine.action import ACTIONS, Action

Schema: TypeAlias = dict[str, Any]

_TOKEN: Schema = {
    "type": "string",
    "description": "a token from `auth.php` `login`, or the account's built-in token",
}
_STANDARD_WORDS = {"ge": "minimum", "le": "maximum"}


def request_schema(action: Action) -> Schema:
    """Return the schema of an action's form. It allows other fields, which are ignored."""
    parameters = wire_parameters(action)
    required = {name for name, schema in parameters.items() if schema.pop("x-required", False)}
    return {
        "type": "object",
        "title": f"{action.module}/{action.name}",
        "properties": {"action": {"type": "string", "const": action.name}} | parameters,
        "required": ["action", *(name for name in parameters if name in required)],
        "propertyNames": {"minLength": 1},
    }


def wire_parameters(action: Action) -> dict[str, Schema]:
    """Return the schemas of all fields but `action`, by name on the wire. `x-required` marks required ones."""
    parameters: dict[str, Schema] = {}
    if action.identified_by is None:
        parameters["token"] = _TOKEN | ({"x-required": True} if action.needs_token else {})
    parameters |= _fields_of(action.params)
    return parameters | {name: {"type": "string", "description": why} for name, why in action.ignored.items()}


def _fields_of(model: type[BaseModel], within: str = "{}", *, required: bool = True) -> dict[str, Schema]:
    """Return the schemas of a model's fields, by name on the wire: those of a map as `params[name]`."""
    schema = model.model_json_schema()
    parameters: dict[str, Schema] = {}
    for name, field in model.model_fields.items():
        wire_name = within.format(name)
        is_required = required and field.is_required()
        inner = named_in(field)
        if inner is not None:
            parameters |= _fields_of(inner, f"{wire_name}[{{}}]", required=is_required)
            continue
        wire = _on_the_wire(schema["properties"][name])
        wire_name += "[]" if wire["type"] == "array" else ""
        parameters[wire_name] = wire | ({"x-required": True} if is_required else {})
    return parameters


def query_parameters(module: str) -> list[Schema]:
    """Return the fields of all actions of a module as query parameters. The action decides which it needs."""
    merged: dict[str, Schema] = {}
    takers: dict[str, list[str]] = {}
    for (of, name), action in sorted(ACTIONS.items()):
        if of == module:
            for field, schema in wire_parameters(action).items():
                schema.pop("x-required", None)
                merged.setdefault(field, schema)
                takers.setdefault(field, []).append(name)
    names = sorted(name for of, name in ACTIONS if of == module)
    action_parameter = {"name": "action", "in": "query", "required": True}
    return [action_parameter | {"schema": {"type": "string", "enum": names}}] + [
        {"name": field, "in": "query", "description": f"for {', '.join(takers[field])}", "schema": schema}
        for field, schema in merged.items()
    ]


def _on_the_wire(schema: Schema) -> Schema:
    """Return a field's schema with standard keywords, without the null that means "omitted"."""
    given = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    merged = {
        name: value for name, value in (schema | (given[0] if given else {})).items() if name != "anyOf"
    }
    merged.pop("title", None)
    if merged.get("default", ...) is None:
        del merged["default"]
    if merged["type"] == "boolean":
        merged |= {"type": "integer", "enum": [0, 1]}
        merged |= {"default": int(merged["default"])} if "default" in merged else {}
    if "items" in merged:
        merged["items"] = _on_the_wire(merged["items"])
        merged["description"] += "; one empty value empties the list"
    merged = {_STANDARD_WORDS.get(name, name): value for name, value in merged.items()}
    if "pattern" in merged:
        merged["pattern"] = ecma(merged["pattern"])
    return merged


def ecma(pattern: str) -> str:
    """Return a pattern with the anchors of JSON Schema's dialect."""
    return pattern.replace(r"\A", "^").replace(r"\z", "$")
