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
    _gather(value, "", found, _DEEPEST)
    return found


def _gather(value: Any, path: str, found: list[str], levels: int) -> None:
    if levels and value and isinstance(value, dict):
        for key, item in value.items():
            _gather(item, f"{path}.{key}" if path else key, found, levels - 1)
    elif levels and value and isinstance(value, list):
        for item in value:
            _gather(item, f"{path}[]", found, levels - 1)
    else:
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
        found.append(f"{path}={text}" if path else text)
