"""One stored event, and the view of it that a query looks at.

Only bytes are kept: a parsed event takes five times the memory of its line, and most are never searched for.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """An event as stored: `number` counts from 1 in order of arrival; times in microseconds since 1970."""

    number: int
    received: int
    time: int
    tags: tuple[str, ...]
    raw: bytes
    is_json: bool

    def as_json(self) -> dict[str, Any]:
        """Return the event in the shape of Loggly's event retrieval API."""
        text = self.raw.decode()
        return {
            "id": f"{self.number:012d}",
            "timestamp": self.time // 1000,
            "tags": self.tags,
            "logtypes": ["json"] if self.is_json else [],
            "logmsg": text,
            "raw": text,
            "unparsed": None if self.is_json else text,
            "event": {"json": orjson.Fragment(self.raw)} if self.is_json else {},
        }


class View:
    """An event under the eyes of a query: parsed at most once, and only if a term asks for a field."""

    def __init__(self, event: Event, searchable: Container[Path] | None = None) -> None:
        self.event = event
        self._searchable = searchable

    @cached_property
    def text(self) -> str:
        """The raw text, which phrases are looked for in."""
        return self.event.raw.decode()

    @cached_property
    def document(self) -> Any:
        """The parsed JSON object; empty where the event is plain text, or holds a number that no double can."""
        try:
            return orjson.loads(self.event.raw) if self.event.is_json else {}
        except orjson.JSONDecodeError:
            return {}

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the request that brought the event."""
        return self.event.tags

    def values(self, path: Path) -> list[Any]:
        """Return the scalars at a path; nothing where the account's limit of field names left the path out."""
        if self._searchable is not None and path not in self._searchable:
            return []
        return values(self.document, path)


def values(document: Any, path: Path) -> list[Any]:
    """Return the scalars at `path`, going through arrays: Loggly merges their elements under one name."""
    nodes = [document]
    for key in path:
        nodes = [node[key] for node in _elements(nodes) if isinstance(node, dict) and key in node]
    return [node for node in _elements(nodes) if node is not None and not isinstance(node, dict)]


def paths(document: Any) -> set[Path]:
    """Return every path of `document` that holds a scalar: what an account's limit of field names counts."""
    found: set[Path] = set()
    open_: list[tuple[Path, Any]] = [((), document)]
    while open_:
        path, node = open_.pop()
        if isinstance(node, dict):
            open_ += (((*path, key), value) for key, value in node.items())
        elif isinstance(node, list):
            open_ += ((path, element) for element in node)
        elif node is not None:
            found.add(path)
    return found


def _elements(nodes: Iterable[Any]) -> Iterator[Any]:
    open_ = list(nodes)
    open_.reverse()
    while open_:
        node = open_.pop()
        if isinstance(node, list):
            open_ += reversed(node)
        else:
            yield node
