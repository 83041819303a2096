"""JSON patches (RFC 6902): a list of operations, whose values are judged by the place that they are put to.

An operation's value is wrapped in the maps and lists that its path leads through, cleaned as the whole would be, and taken out
again: so one set of rules holds for objects and for patches of them.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from audit.shapes import MASK

PLACE = ("op", "path", "from")
_LONGEST_PATH = 60  # parts; real ones stay under 20
_ARGUMENT = re.compile(r".*/(?:args|command)/(?:\d+|-)", re.ASCII | re.IGNORECASE | re.DOTALL)


def is_operation(value: Mapping[str, Any]) -> bool:
    """Tell whether a map is an operation: what else has a path and a value is cleaned alike."""
    return "path" in value and ("op" in value or "value" in value)


def puts_argument(operation: Mapping[str, Any]) -> bool:
    """Tell whether the value is one argument of a command."""
    path = operation.get("path")
    return isinstance(path, str) and _ARGUMENT.fullmatch(path) is not None


def clean(
    operation: Mapping[str, Any], whole: Callable[[Mapping[str, Any]], Mapping[str, Any]], lost: Callable[[Any], Any]
) -> dict[str, Any]:
    """Return the operation with its value cleaned by `whole`; `lost` stands in for one in a place that is not kept."""
    path = operation["path"]
    parts = [_part(part) for part in path.split("/")[1:]] if isinstance(path, str) else []
    readable = isinstance(path, str) and len(parts) <= _LONGEST_PATH
    return {
        key: item
        if (key in PLACE and isinstance(item, str)) or item == MASK
        else (_placed(item, parts, whole, lost) if readable else lost(item))
        for key, item in operation.items()
    }


def _placed(
    value: Any, parts: list[str], whole: Callable[[Mapping[str, Any]], Mapping[str, Any]], lost: Callable[[Any], Any]
) -> Any:
    if not parts:
        return whole(value) if isinstance(value, dict) else lost(value)
    wrapped = value
    for part in reversed(parts):
        wrapped = [wrapped] if _is_index(part) else {part: wrapped}
    found: Any = whole({"": wrapped}) if isinstance(wrapped, list) else whole(wrapped)
    if isinstance(wrapped, list):
        found = found.get("")
    for part in parts:
        if isinstance(found, list) and _is_index(part) and found:
            found = found[0]
        elif isinstance(found, dict) and part in found:
            found = found[part]
        else:
            return lost(value)
    return found


def _is_index(part: str) -> bool:
    return part == "-" or (part.isascii() and part.isdigit())


def _part(escaped: str) -> str:
    return escaped.replace("~1", "/").replace("~0", "~")
