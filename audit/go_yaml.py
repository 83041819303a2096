"""YAML as Kubernetes' programs read it: go-yaml 2 to JSON (sigs.k8s.io/yaml), with the line of every value.

`audit.reading` refuses what surprises; this reads what the API server would, surprises included: `yes`, `y` and `on` are true,
a key that is written twice counts as written last, a merge key counts from where it stands, only the first document is
read, and a text that begins with `{` is JSON and nothing else. Stricter in two things: aliases and nesting are bounded, and
a tag right before a comma, which go-yaml takes for a part of the tag, is refused.
"""

import json
import math
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from audit.go_nodes import compose
from audit.go_scalars import PREFIX, scalar
from audit.problems import DocumentError, Path, Problem, path_text
from audit.reading import MAX_DEPTH, MAX_VALUES

_MERGE = ("", PREFIX + "merge")
_NULL_KEY = "\0"
"""Stands for a key that is null until it is overwritten or refused."""


@dataclass(slots=True)
class Read:
    """A document's data, the line of each path, and the keys that stand twice: path and first line."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    twice: list[tuple[Path, int]] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """Return the line of a path, or of the nearest value around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse(text: str, name: str) -> Read:
    """Read the first document of a text. Raises `DocumentError`."""
    if text.lstrip().startswith("{"):
        return _json(text, name)
    root = compose(text, name)
    return Read() if root is None else _Build(name).document(root)


def _json(text: str, name: str) -> Read:
    """Read JSON; the lines are those of the same text as YAML, which JSON nearly always is."""

    def no_number(word: str) -> NoReturn:
        raise ValueError(word)

    try:
        data = json.loads(text, parse_constant=no_number)
    except json.JSONDecodeError as error:
        got = f"{error.msg[:1].lower()}{error.msg[1:]}"
        want, cure = "JSON, as the text begins with {", "write it as key: value"
        raise DocumentError([Problem(name, error.lineno, "", want, got, cure)]) from None
    except (ValueError, RecursionError):
        got = "a number that is none, or nesting without end"
        raise DocumentError([Problem(name, None, "", "well-formed JSON", got, "")]) from None
    try:
        root = compose(text, name)
        read = Read() if root is None else _Build(name).document(root)
    except DocumentError:
        return Read(data)
    return Read(data, read.lines, read.twice)


class _Build:
    """One walk over the nodes of one document."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._read = Read()
        self._count = 0

    def document(self, root: yaml.Node) -> Read:
        self._read.data = self._value(root, (), root.start_mark.line + 1)
        self._as_json(self._read.data, ())
        return self._read

    def _value(self, node: yaml.Node, path: Path, line: int) -> Any:
        self._bound(len(path), line)
        self._read.lines[path] = line
        if isinstance(node, yaml.MappingNode):
            data: dict[str, Any] = {}
            self._fill(data, node, path, 0)
            return data
        if isinstance(node, yaml.SequenceNode):
            items = enumerate(node.value)
            return [self._value(child, (*path, index), child.start_mark.line + 1) for index, child in items]
        return self._scalar(node, path, line)

    def _bound(self, depth: int, line: int) -> None:
        self._count += 1
        if self._count > MAX_VALUES or depth > MAX_DEPTH:
            self._refuse(line, (), "a document of reasonable size", "aliases or levels without end", "write it out")

    def _fill(self, data: dict[str, Any], node: yaml.MappingNode, path: Path, depth: int) -> None:
        """Put the entries of a map, and of what it merges, into the data in the order in which they stand."""
        first: dict[str, int] = {}
        for key_node, child in node.value:
            line = key_node.start_mark.line + 1
            self._bound(len(path) + depth, line)
            if isinstance(key_node, yaml.ScalarNode) and key_node.value == "<<" and key_node.tag in _MERGE:
                self._merge(data, child, path, depth, line)
                continue
            key = self._key(key_node, path, line)
            if key in first and not depth:
                self._read.twice.append(((*path, key), first[key]))
            first.setdefault(key, line)
            if key in data:
                self._forget((*path, key))
            data[key] = self._value(child, (*path, key), line)

    def _merge(self, data: dict[str, Any], node: yaml.Node, path: Path, depth: int, line: int) -> None:
        for source in reversed(node.value) if isinstance(node, yaml.SequenceNode) else [node]:
            if not isinstance(source, yaml.MappingNode):
                self._refuse(line, (*path, "<<"), "a map or a list of maps", "another kind of value", "name an anchor")
            self._fill(data, source, path, depth + 1)

    def _forget(self, path: Path) -> None:
        """Drop the lines of a value that is replaced."""
        for below in [below for below in self._read.lines if below[: len(path)] == path]:
            del self._read.lines[below]

    def _key(self, node: yaml.Node, path: Path, line: int) -> str:
        """Return a key as text."""
        if not isinstance(node, yaml.ScalarNode):
            self._refuse_key(line, path)
        key = self._scalar(node, path, line)
        if key is None:
            return _NULL_KEY
        return key if isinstance(key, str) else json.dumps(key)

    def _refuse_key(self, line: int, path: Path) -> NoReturn:
        self._refuse(line, path, "a key that is text", "another kind of value", "put the key in quotes")

    def _scalar(self, node: yaml.Node, path: Path, line: int) -> Any:
        try:
            value = scalar(node.tag.removeprefix(PREFIX), node.value)
            if isinstance(value, str):
                value.encode()  # a lone surrogate, written as an escape, is a UnicodeEncodeError: a ValueError
        except ValueError:
            self._refuse_value(path, line, node.value)
        return value

    def _refuse_value(self, path: Path, line: int, text: str) -> NoReturn:
        self._refuse(line, path, "text or a number that JSON has", repr(text[:60]), "put it in quotes")

    def _as_json(self, value: Any, path: Path) -> None:
        """Refuse what is left when all is read and cannot be written as JSON: infinity, and keys that are null."""
        if isinstance(value, float) and not math.isfinite(value):
            self._refuse_value(path, self._read.line(path), f".{value}".replace(".-", "-."))
        if isinstance(value, dict):
            if _NULL_KEY in value:
                self._refuse_key(self._read.line((*path, _NULL_KEY)), path)
            for key, below in value.items():
                self._as_json(below, (*path, key))
        elif isinstance(value, list):
            for index, below in enumerate(value):
                self._as_json(below, (*path, index))

    def _refuse(self, line: int, path: Path, want: str, got: str, cure: str) -> NoReturn:
        known = tuple(part for part in path if part != _NULL_KEY)
        raise DocumentError([Problem(self._name, line, path_text(known), want, got, cure)])
