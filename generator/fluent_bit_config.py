"""Fluent Bit's configuration, in its YAML form: the service, and each plugin of the pipeline with its lines."""

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from audit.document import Document, read
from audit.problems import Path, Place, path_text
from generator.objects import items, mapping

KINDS = ("inputs", "filters", "outputs")
"""The parts of a pipeline."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """One plugin of a pipeline; `path` is where it stands in the document."""

    document: Document
    path: Path
    options: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """The part of the pipeline that it is in."""
        return str(self.path[1])

    @property
    def name(self) -> str:
        """Which plugin it is."""
        return str(self.options.get("name", ""))

    def value(self, option: str) -> str:
        """Return an option as text, empty where it is not given; true and false as YAML writes them."""
        found = self.options.get(option, "")
        return str(found).lower() if isinstance(found, bool) else str(found)

    def place(self, option: str) -> Place:
        """Return the line of an option, or of the plugin where it is not given."""
        return self.document.place((*self.path, option))

    def label(self, option: str) -> str:
        """Return the path of an option as text."""
        return path_text((*self.path, option) if option else self.path)


def configurations(files: Mapping[str, str]) -> list[str]:
    """Return which of the rendered files are for Fluent Bit: those with a pipeline."""
    names = [path for path in files if PurePosixPath(path).suffix in (".yaml", ".yml")]
    return [path for path in names if re.search(r"^pipeline:", files[path], re.MULTILINE)]


def parsed(text: str, name: str) -> Document:
    """Read a configuration. Raises `DocumentError`."""
    return read(text, name)


def plugins(document: Document) -> list[Plugin]:
    """Return every plugin of the pipeline, in the order of the file."""
    pipeline = mapping(document.data.get("pipeline"))
    return [
        Plugin(document, ("pipeline", kind, at), mapping(one))
        for kind in KINDS
        for at, one in enumerate(items(pipeline.get(kind)))
    ]


def takes(plugin: Plugin, tag: str) -> bool:
    """Whether a filter or an output takes a tag: by `match`, in which * is any text, or by `match_regex`."""
    if pattern := plugin.value("match_regex"):
        return re.search(pattern, tag) is not None
    return fnmatch.fnmatchcase(tag, re.sub(r"([\[?])", r"[\1]", plugin.value("match")))
