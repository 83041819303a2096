"""The JSON Schema of values files, from the model: for editors, and for whoever checks values before `audit-generator` is there.

It allows what the layers of values allow: null for every key outside a list, which brings a default back, and any shape below
`x-*`. What only shows when several values are looked at together is left to the generator.
"""

import json
from typing import Any

from generator.crosscheck import DECIDED_ELSEWHERE
from generator.values import Values

Schema = dict[str, Any]

_NULL = {"type": "null"}
_NOTES = ("title", "description", "default")
_FOREIGN = ("title", "ge", "gt", "le", "lt")
"""What pydantic writes that is no keyword of JSON Schema, or a title that says the key again."""


def schema_text() -> str:
    """Return the schema as text, the same for the same model."""
    return json.dumps(schema(), indent=2) + "\n"


def schema() -> Schema:
    """Return the schema of a values file, or of one layer of it."""
    whole = Values.model_json_schema(by_alias=True)
    definitions = whole["$defs"]
    for path in DECIDED_ELSEWHERE:
        _leave_out(whole, definitions, ("bridge", "config", *path))
    _removable(whole, definitions, set())
    title = whole["title"]
    return {"title": title, **_tidy(whole)}


def _leave_out(node: Schema, definitions: Schema, path: tuple[str, ...]) -> None:
    """Leave a key out that the model has and values cannot set."""
    *around, key = path
    for part in around:
        node = _target(node["properties"][part], definitions)
    node["properties"].pop(key, None)


def _removable(node: Schema, definitions: Schema, done: set[int]) -> None:
    """Allow null for every key of a map and of the maps in it; lists are left alone: they replace, nothing merges in them."""
    if id(node) in done:
        return
    done.add(id(node))
    properties = node.get("properties", {})
    for key, one in properties.items():
        _removable(_target(one, definitions), definitions, done)
        properties[key] = _or_null(one)
    if isinstance(node.get("additionalProperties"), dict):
        node["additionalProperties"] = _or_null(node["additionalProperties"])
    for form, one in node.get("patternProperties", {}).items():
        node["patternProperties"][form] = _or_null(one) if one else one


def _target(node: Schema, definitions: Schema) -> Schema:
    """Return what a key holds where it is a map: the model behind a reference, also where null is allowed already."""
    for one in (node, *node.get("anyOf", ())):
        if "$ref" in one:
            found: Schema = definitions[one["$ref"].rpartition("/")[2]]
            return found
    return node


def _or_null(node: Schema) -> Schema:
    choices = node.get("anyOf") or [{key: value for key, value in node.items() if key not in _NOTES}]
    notes = {key: node[key] for key in _NOTES if key in node}
    return {**notes, "anyOf": [*(one for one in choices if one != _NULL), _NULL]}


def _tidy(node: Any, *, names: bool = False) -> Any:
    """Return a schema without what is foreign to it; below `properties` and `$defs` keys are names of the model's."""
    if isinstance(node, list):
        return [_tidy(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        key: value if key == "default" else _tidy(value, names=not names and key in ("properties", "$defs"))
        for key, value in node.items()
        if names or key not in _FOREIGN
    }
