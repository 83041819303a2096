"""A body as a list of `path=value` texts under one name, so that however many keys it has, Loggly sees one field.

Entries of lists stand under `path[]` without their number, so that one phrase finds them all:
`json.requestObject:"spec.containers[].image=nginx"`.
"""

from typing import Any

import orjson

_DEEPEST = 200  # levels; what is deeper stands as JSON


def flatten(value: Any) -> list[str]:
    """Return every scalar, and every empty map or list, with its path; texts as they are, all else as JSON."""
    found: list[str] = []
    if isinstance(value, dict | list) and value:
        _gather(value, "", found, _DEEPEST)
    else:
        found.append(value if isinstance(value, str) else _json(value))
    return found


def _gather(value: dict[str, Any] | list[Any], path: str, found: list[str], levels: int) -> None:
    """Gather what is in a map or list that is not empty."""
    if isinstance(value, dict):
        prefix = f"{path}." if path else ""
        items = [(f"{prefix}{key}", item) for key, item in value.items()]
    else:
        here = f"{path}[]"
        items = [(here, item) for item in value]
    for at, item in items:
        kind = type(item)
        if kind is str:
            found.append(f"{at}={item}")
        elif (kind is dict or kind is list) and item and levels > 1:
            _gather(item, at, found, levels - 1)
        else:
            found.append(f"{at}={_json(item)}")


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
