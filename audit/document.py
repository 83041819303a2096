"""Documents that people write: values files and the bridge's configuration, as data that knows its lines.

`read` and `setting` make documents, `layered` puts them on top of each other, `check` turns one into a model. Every
error is a `DocumentError`, every sentence in it a `Problem`.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.checking import M, Matching, refusal, validated
from audit.problems import DocumentError, Path, Place, Problem, path_text
from audit.reading import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Document",
    "DocumentError",
    "Matching",
    "Path",
    "Place",
    "Problem",
    "check",
    "layered",
    "path_text",
    "read",
    "refusal",
    "setting",
]

SETTING = "--set"
"""The name of the document that a command line's setting makes."""


@dataclass(frozen=True, slots=True)
class Document:
    """A map, and where each of its values was written. The data is JSON: text keys, no dates, no NaN."""

    name: str
    data: "Mapping[str, Any]"
    lines: "Mapping[Path, Place]"

    def line(self, path: Path) -> int | None:
        """Return the line of a path; of the nearest value around it where the path itself was not written."""
        return self.place(path).line

    def place(self, path: Path) -> Place:
        """Return the file and line of a path, or of the nearest value around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, Place(self.name))

    def problem(self, path: Path, want: str, got: str, cure: str = "") -> Problem:
        """Return a problem that names the place of a path."""
        place = self.place(path)
        return Problem(place.name, place.line, path_text(path), want, got, cure)


def read(text: str, name: str) -> Document:
    """Read YAML text that holds one map; an empty text is an empty map. Raises `DocumentError`."""
    data, lines = parse(text, name)
    if not isinstance(data, dict | None):
        got = "a list" if isinstance(data, list) else "a single value"
        raise DocumentError([Problem(name, lines[()], "", "a map of keys", got, "write it as key: value")])
    return Document(name, data or {}, {path: Place(name, line) for path, line in lines.items()})


def setting(text: str) -> Document:
    r"""Read the argument of `--set`, `KEY.PATH=VALUE`; a dot inside a key is written `\.`, the value is YAML."""
    path, equals, value = text.partition("=")
    keys = [key.replace("\\.", ".") for key in re.split(r"(?<!\\)\.", path)]
    if not equals or not all(keys):
        got = f"{path!r} without '='" if not equals else f"{path!r}"
        raise DocumentError([Problem(SETTING, None, "", "KEY.PATH=VALUE", got, "write --set cluster.name=prod")])
    data, lines = parse(value, SETTING)
    nested: Any = data
    for key in reversed(keys):
        nested = {key: nested}
    around = [tuple(keys[:depth]) for depth in range(len(keys) + 1)]
    return Document(SETTING, nested, dict.fromkeys([*around, *((*keys, *below) for below in lines)], Place(SETTING)))


def layered(*documents: Document) -> Document:
    """Put documents on top of each other, the last on top: maps merge, lists replace, null removes.

    Every value keeps the place where it was written, a merged map that of the first. The result has the name of the
    last document.
    """
    data: dict[str, Any] = {}
    lines: dict[Path, Place] = {}
    for document in documents:
        data = _merged(data, document.data)
        maps = {path[:-1] for path in document.lines if path and isinstance(path[-1], str)}
        lines |= {path: place for path, place in document.lines.items() if path not in lines or path not in maps}
    return Document(documents[-1].name if documents else "", data, lines)


def check(document: Document, model: type[M]) -> M:
    """Return the model that the document describes. Raises `DocumentError` with everything that is wrong."""
    found = validated(dict(document.data), model)
    if isinstance(found, list):
        raise DocumentError([document.problem(one.path, one.want, one.got, one.cure) for one in found])
    return found


def _merged(below: "Mapping[str, Any]", above: "Mapping[str, Any]") -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            under = result.get(key)
            result[key] = _merged(under if isinstance(under, dict) else {}, value)
        else:
            result[key] = value
    return result
