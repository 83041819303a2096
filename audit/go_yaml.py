"""YAML as Kubernetes' programs read it: go-yaml 2 to JSON (sigs.k8s.io/yaml), with the line of every value.

`audit.reading` refuses what surprises; this reads what the API server would, surprises included: `yes`, `y` and `on` are true,
a key that is written twice counts as written last, a merge key counts from where it stands, only the first document is
read, and a text that begins with `{` is JSON and nothing else. Stricter in one thing: aliases and nesting are bounded.
"""

import base64
import binascii
import json
import math
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from audit.problems import DocumentError, Path, Problem, path_text
from audit.reading import MAX_DEPTH, MAX_VALUES

_TAG = "tag:yaml.org,2002:"
_TRUE = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
_FALSE = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
_NULL = frozenset(["", "~", "null", "Null", "NULL"])
_NO_NUMBERS = frozenset(sign + word for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")) | {
    ".nan",
    ".NaN",
    ".NAN",
}
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WHOLE = re.compile(r"([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)")
_OTHER_YAML = re.compile(r"\A\ufeff?(?:[ \t]*(?:#.*)?\n|%(?!YAML).*\n)*%YAML[ \t]+(?!1\.1\b)(\S+)")
_TIME = re.compile(r"\d{4}-\d\d?-\d\d?(?:(?:[Tt]|\s+)\d\d?:\d\d?:\d\d?.*)?", re.DOTALL)


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


class _Loader(yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader):  # type: ignore[misc]
    """Leaves the kinds of plain scalars open; libyaml, where it is there, is what go-yaml was ported from."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:  # noqa: ARG002 - PyYAML's signature
        if kind is yaml.ScalarNode:
            return "" if implicit[0] else _TAG + "str"
        return _TAG + ("map" if kind is yaml.MappingNode else "seq")


def parse(text: str, name: str) -> Read:
    """Read the first document of a text. Raises `DocumentError`."""
    if text.lstrip().startswith("{"):
        return _json(text, name)
    if other := _OTHER_YAML.match(text):
        _refuse(name, text.count("\n", 0, other.end()) + 1, f"YAML {other[1]}, which go-yaml does not know")
    try:
        root = _root(text)
    except yaml.reader.ReaderError as error:
        _refuse(name, text.count("\n", 0, error.position) + 1, "a character that YAML does not allow")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        _refuse(name, mark.line + 1 if mark else None, error.problem or "a mistake")
    except (ValueError, OverflowError, RecursionError):
        _refuse(name, None, "what cannot be read")
    if root is None:
        return Read()
    build = _Build(name)
    build.read.data = build.value(root, (), root.start_mark.line + 1)
    return build.read


def _root(text: str) -> Any:
    loader = _Loader(text)
    try:
        return loader.get_node() if loader.check_node() else None
    finally:
        loader.dispose()


def _json(text: str, name: str) -> Read:
    """Read JSON; the lines are those of the same text as YAML, which JSON nearly always is."""

    def no_number(word: str) -> NoReturn:
        raise ValueError(word)

    try:
        data = json.loads(text, parse_constant=no_number)
    except json.JSONDecodeError as error:
        got = f"{error.msg[:1].lower()}{error.msg[1:]}"
        raise DocumentError(
            [Problem(name, error.lineno, "", "JSON, as the text begins with {", got, "write it as key: value")]
        ) from None
    except (ValueError, RecursionError):
        _refuse(name, None, "JSON with what is none")
    try:
        build = _Build(name)
        build.value(_root(text), (), 1)
        return Read(data, build.read.lines, build.read.twice)
    except (yaml.YAMLError, DocumentError):
        return Read(data)


def _refuse(name: str, line: int | None, got: str) -> NoReturn:
    cure = "indent with spaces" if "'\\t'" in got else "correct the syntax here or just above"
    raise DocumentError([Problem(name, line, "", "well-formed YAML", got, cure)])


class _Build:
    """One walk over the nodes of one document."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.read = Read()
        self._count = 0

    def value(self, node: yaml.Node, path: Path, line: int) -> Any:
        self._bound(len(path), line)
        self.read.lines[path] = line
        if isinstance(node, yaml.MappingNode):
            data: dict[str, Any] = {}
            self._fill(data, node, path, 0, {})
            return data
        if isinstance(node, yaml.SequenceNode):
            items = enumerate(node.value)
            return [self.value(child, (*path, index), child.start_mark.line + 1) for index, child in items]
        assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - YAML has no fourth kind; for mypy
        return self._scalar(node, path, line)

    def _bound(self, depth: int, line: int) -> None:
        self._count += 1
        if self._count > MAX_VALUES or depth > MAX_DEPTH:
            self._wrong(line, (), "a document of reasonable size", "aliases or levels without end", "write it out")

    def _fill(
        self, data: dict[str, Any], node: yaml.MappingNode, path: Path, depth: int, first: dict[str, int]
    ) -> None:
        """Put the entries of a map, and of what it merges, into the data in the order in which they stand."""
        for key_node, child in node.value:
            line = key_node.start_mark.line + 1
            self._bound(len(path) + depth, line)
            if (
                isinstance(key_node, yaml.ScalarNode)
                and key_node.value == "<<"
                and key_node.tag in ("", _TAG + "merge")
            ):
                self._merge(data, child, path, depth, line)
                continue
            key = self._key(key_node, path, line)
            if key in first and not depth:
                self.read.twice.append(((*path, key), first[key]))
            first.setdefault(key, line)
            if key in data:
                self._forget((*path, key))
            data[key] = self.value(child, (*path, key), line)

    def _forget(self, path: Path) -> None:
        """Drop the lines of a value that is replaced."""
        for below in [below for below in self.read.lines if below[: len(path)] == path]:
            del self.read.lines[below]

    def _merge(self, data: dict[str, Any], node: yaml.Node, path: Path, depth: int, line: int) -> None:
        for source in reversed(node.value) if isinstance(node, yaml.SequenceNode) else [node]:
            if not isinstance(source, yaml.MappingNode):
                self._wrong(line, (*path, "<<"), "a map or a list of maps", "another kind of value", "name an anchor")
            self._fill(data, source, path, depth + 1, {})

    def _key(self, node: yaml.Node, path: Path, line: int) -> str:
        key = self._scalar(node, path, line) if isinstance(node, yaml.ScalarNode) else None
        if key is None:
            self._wrong(line, path, "a key that is text", "another kind of value", "put the key in quotes")
        return key if isinstance(key, str) else json.dumps(key)

    def _scalar(self, node: yaml.ScalarNode, path: Path, line: int) -> Any:
        try:
            value = scalar(node.tag.removeprefix(_TAG), node.value)
            if isinstance(value, str):
                value.encode()  # a lone surrogate, written as an escape, is a UnicodeEncodeError: a ValueError
        except ValueError:
            self._wrong(line, path, "text or a number that JSON has", repr(node.value[:60]), "put it in quotes")
        return value

    def _wrong(self, line: int, path: Path, want: str, got: str, cure: str) -> NoReturn:
        raise DocumentError([Problem(self.name, line, path_text(path), want, got, cure)])


def scalar(kind: str, text: str) -> Any:
    """Return a scalar's value; `kind` is its tag without the prefix, "" for a plain one. Raises `ValueError`."""
    if kind == "binary":
        try:
            return base64.b64decode(text, validate=True).decode("utf-8", "replace")
        except binascii.Error as error:
            raise ValueError(text) from error
    if kind not in ("", "bool", "int", "float", "null"):
        return text
    value = _plain(text)
    if kind in ("", _kind(value)) or (kind == "float" and _kind(value) == "int"):
        return value
    raise ValueError(text)


def _kind(value: Any) -> str:
    return "null" if value is None else type(value).__name__


def _plain(text: str) -> Any:
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if text in _NO_NUMBERS:  # JSON has no infinity: Kubernetes refuses the document
        raise ValueError(text)
    if text[0] not in "+-.0123456789" or _TIME.fullmatch(text):
        return text
    return _number(text)


def _number(text: str) -> int | float | str:
    digits = text.replace("_", "") if text[0] != "." else text
    if whole := _WHOLE.fullmatch(digits):
        sign, magnitude = whole.groups()
        octal = magnitude[0] == "0" and magnitude.isdecimal() and magnitude != "0"
        number = int(sign + magnitude, 8 if octal else 0)
        if -(1 << 63) <= number < 1 << (63 if sign else 64):
            return number
    if _FLOAT.fullmatch(digits):
        value = float(digits)
        return text if math.isinf(value) else value
    return text
