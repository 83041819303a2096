"""Documents that people write: values files and the bridge's configuration, as data that knows its lines.

`read` and `setting` make documents, `layered` puts them on top of each other, `check` turns one into a model. Every
error is a `DocumentError`, every sentence in it a `Problem`.
"""

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from audit.checking import M, Matching, refusal, unknown, validated
from audit.problems import DocumentError, Path, Place, Problem, masked, path_text
from audit.reading import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
    removed: "Mapping[Path, Place]" = field(default_factory=dict)
    """Where null took something away; the data does not show it any more."""

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
    keys = tuple(key.replace("\\.", ".") for key in re.split(r"(?<!\\)\.", path))
    if not equals or not all(keys):
        got = f"{path!r} without '='" if not equals else f"{path!r}"
        raise DocumentError(
            [Problem(SETTING, None, "", "KEY.PATH=VALUE", masked(got), "write --set cluster.name=prod")]
        )
    if listed := re.search(r"^(.*?)\[\d*\]", path):
        cure = f"a list is replaced as a whole: write --set '{masked(listed[1])}=[ONE, TWO]'"
        raise DocumentError([Problem(SETTING, None, masked(path), "a key", "a place in a list", cure)])
    data, lines = _value(keys, value)
    nested: Any = data
    for key in reversed(keys):
        nested = {key: nested}
    around = [keys[:depth] for depth in range(len(keys) + 1)]
    return Document(SETTING, nested, dict.fromkeys([*around, *((*keys, *below) for below in lines)], Place(SETTING)))


def _value(keys: "tuple[str, ...]", text: str) -> "tuple[Any, Mapping[Path, int]]":
    """Read the value of a setting; what is wrong with it names the setting's keys, for there may be many."""
    try:
        return parse(text, SETTING)
    except DocumentError as error:
        at = path_text(keys)
        problems = [replace(one, line=None, path=f"{at}.{one.path}" if one.path else at) for one in error.problems]
        raise DocumentError(problems) from error


def layered(*documents: Document) -> Document:
    """Put documents on top of each other, the last on top: maps merge, lists replace, null removes.

    Every value keeps the place where it was written, a merged map that of the first. The result has the name of the
    last document.
    """
    data: dict[str, Any] = {}
    lines: dict[Path, Place] = {}
    removed: dict[Path, Place] = {}
    for document in documents:
        put = dict(_replaced(data, document.data, ()))
        gone = {*put, *(path for path in removed if path in document.lines)}
        lines = {**document.lines, **{path: place for path, place in lines.items() if not _is_below(path, gone)}}
        removed = {path: place for path, place in removed.items() if path not in document.lines}
        removed |= {path: document.place(path) for path, value in put.items() if value is None}
        data = _merged(data, document.data)
    return Document(documents[-1].name if documents else "", data, lines, removed)


def check(document: Document, model: type[M]) -> M:
    """Return the model that the document describes. Raises `DocumentError` with everything that is wrong.

    A null that takes away what the model does not know is wrong as well: it is a key that somebody misspelt.
    """
    found = validated(dict(document.data), model)
    wrong = found if isinstance(found, list) else []
    problems = [document.problem(one.path, one.want, one.got, one.cure) for one in wrong]
    told = {one.path for one in wrong}
    for path, place in document.removed.items():
        if (one := unknown(path, model)) and one.path not in told:
            problems.append(Problem(place.name, place.line, path_text(one.path), one.want, one.got, one.cure))
    if problems or isinstance(found, list):
        raise DocumentError(problems)
    return found


def _replaced(below: "Mapping[str, Any]", above: "Mapping[str, Any]", at: Path) -> "Iterator[tuple[Path, Any]]":
    """Yield the paths and values of what a layer puts in the place of what was there: all that does not merge."""
    for key, value in above.items():
        under = below.get(key)
        if isinstance(value, dict) and isinstance(under, dict | None):
            yield from _replaced(under or {}, value, (*at, key))
        else:
            yield (*at, key), value
            if isinstance(value, dict):
                yield from _replaced({}, value, (*at, key))


def _is_below(path: Path, replaced: "set[Path]") -> bool:
    return any(path[:depth] in replaced for depth in range(1, len(path) + 1))


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
