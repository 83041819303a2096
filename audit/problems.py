"""What is wrong with a document, as sentences: place, want, got, cure.

One form for every document that a person writes, so that an error of the bridge's configuration reads like one of the
generator's values. What is echoed is cut, and never a secret: whatever stands under a key that names one, looks like a
Loggly token, or is the user part of a URL is left out.
"""

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

Path = tuple[str | int, ...]
"""Where in a document: keys and list indices from the root, which is ()."""

ECHO_CHARACTERS = 60
"""Longest echo of a value: enough to recognise it, short enough for one line of a terminal."""

_SECRET_KEY = re.compile(r"token|passw|secret|key|credential", re.IGNORECASE)
_SECRET_TEXT = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?<=://)[^/@\s]+(?=@)", re.IGNORECASE)
_PLAIN_KEY = re.compile(r"[^\s.\[\]\"=]+")


class DocumentError(Exception):
    """A document that cannot be used; `problems` holds every one found, the message one sentence a line."""

    def __init__(self, problems: "Sequence[Problem]") -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written: the file's name, or `--set`, and the line from 1 where there is one."""

    name: str
    line: int | None = None

    def __str__(self) -> str:
        return self.name if self.line is None else f"{self.name}:{self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong; `str()` is the sentence. `path` is as `path_text` writes it, "" for the whole document."""

    name: str
    line: int | None
    path: str
    want: str
    got: str
    cure: str = ""

    def __str__(self) -> str:
        where = f"{Place(self.name, self.line)}: " + (f"{self.path}: " if self.path else "")
        return f"{where}expected {self.want}, got {self.got}" + (f" - {self.cure}" if self.cure else "")


def path_text(path: Path) -> str:
    """Write a path as people do: `loggly.tags[2]`, with quotes where a key holds a dot: `labels["a.b/c"]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f"[{json.dumps(part)}]"
    return masked(text)


def is_secret(path: Path) -> bool:
    """Whether what stands at this path may be a secret, by the names of the keys that lead there."""
    return any(isinstance(part, str) and _SECRET_KEY.search(part) for part in path)


def masked(text: str) -> str:
    """Return the text without what looks like a Loggly token (a UUID) or the user part of a URL."""
    return _SECRET_TEXT.sub("(hidden)", text)


def shown(value: Any, path: Path = ()) -> str:
    """Echo a value for an error: short, on one line, and never a secret."""
    if is_secret(path) and not isinstance(value, dict | list | None):
        return "a value that is not shown"
    match value:
        case None:
            return "nothing"
        case str():
            text = masked(value)
            return repr(text if len(text) <= ECHO_CHARACTERS else text[: ECHO_CHARACTERS - 3] + "...")
        case dict():
            return "a map" if value else "an empty map"
        case list() | tuple():
            return "a list" if value else "an empty list"
        case _:
            return json.dumps(value)


def described(value: Any, path: Path = ()) -> str:
    """Echo a value of the wrong type: the kind first, then the value."""
    if is_secret(path) or isinstance(value, bool):
        return shown(value, path)
    match value:
        case str():
            return f"the text {shown(value)}"
        case int() | float():
            return f"the number {shown(value)}"
        case _:
            return shown(value)
