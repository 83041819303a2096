"""What looks like a credential: by the name that it stands under, or by its own shape.

Names are patterns with `*` and `?`, in upper or lower case. They apply to the keys of maps, to environment variables, to the
parameters of a URI, and to what is assigned in a text (`password=...`, `token: ...`).
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from audit import shapes
from audit.scanning import searcher
from audit.shapes import MASK

_LONGEST_NAME = 256  # remembered; longer ones are looked at each time
_REMEMBERED_NAMES = 4_096

_ASSIGNMENT = re.compile(r"""(?<![\w.-])(?P<name>[\w.-]{1,256})(?P<sign>\\*["']?\s*[=:>]\s*)""", re.ASCII)
_VALUE = re.compile(r"""\\*"[^"]*"?|\\*'[^']*'?|[^\s,;&"'<]+""")
_NEVER = r"[^\s\S]"
_HARMLESS = frozenset({"", "true", "false", "null", "none", MASK})

# What may stand between a name and its value: in a text, and in a text that is a string of JSON.
_SIGN = r"""\\*["']?\s*[=:>]"""
_SIGN_IN_JSON = r"""(?:\\+"|')?\s*(?:[=:>]|\\u003e)"""


class Credentials:
    """The names that count, less those that do not although they match; both as patterns with `*` and `?`."""

    def __init__(self, names: Iterable[str], kept: Iterable[str]) -> None:
        patterns = tuple(names)
        self._named = _any_of(patterns)
        self._ending = _any_of(tuple(one.rstrip("*") for one in patterns))
        self._kept = _any_of(tuple(kept))
        self._remembered = lru_cache(_REMEMBERED_NAMES)(self._decided)
        self.in_json_texts = f"(?i:{'|'.join(_assigned(patterns, _SIGN_IN_JSON))})"
        """A pattern for `searcher`: it matches JSON wherever one may be assigned in a text of it."""
        self.in_json = f"{self.in_json_texts}|(?i:{'|'.join(_keys(patterns))})"
        """The same, and wherever something may stand under a key with such a name."""
        self.in_uri = f"(?i:{'|'.join(_parameters(patterns))})"
        """The same for a URI's parameters."""
        marks = "|".join(_assigned(patterns, _SIGN))
        self._suspicious: Callable[[str], bool] = searcher(f"{shapes.PATTERN}|(?i:{marks})")

    def named(self, name: str) -> bool:
        """Tell whether what stands under this name is a credential."""
        return self._remembered(name) if len(name) <= _LONGEST_NAME else self._decided(name)

    def without(self, text: str) -> str:
        """Return a text without the credentials that can be told in it.

        Where a text of several lines assigns one, all of it goes: the value may go on in the next line.
        """
        if text.isascii() and not self._suspicious(text):
            return text
        text = shapes.without(text)
        found = list(self._assigned_in(text))
        if not found:
            return text
        if "\n" in text:
            return MASK
        kept = [text[end:start] for (_, end), (start, _) in zip([(0, 0), *found], found, strict=False)]
        return MASK.join([*kept, text[found[-1][1] :]])

    def _assigned_in(self, text: str) -> Iterable[tuple[int, int]]:
        """Yield where values of credentials stand; a value with escapes in it goes on to the end of the text."""
        end = 0
        for match in _ASSIGNMENT.finditer(text):
            if match.end() < end or not self.named(match["name"]):
                continue
            if match["sign"] == ":" and not self._ending.fullmatch(match["name"]):  # image:tag, host:port
                continue
            value = _VALUE.match(text, match.end())
            if value and value[0].strip("\\\"'").lower() not in _HARMLESS:
                end = len(text) if "\\" in value[0] else value.end()
                yield match.end(), end

    def _decided(self, name: str) -> bool:
        return bool(self._named.fullmatch(name)) and not self._kept.fullmatch(name)


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    alternatives = (re.escape(one).replace(r"\*", ".*").replace(r"\?", ".") for one in patterns)
    return re.compile("|".join(f"(?:{one})" for one in alternatives) or r"(?!)", re.IGNORECASE | re.DOTALL)


def _keys(patterns: tuple[str, ...]) -> list[str]:
    """Match a key of JSON, or of JSON that is a string of it, before a value that may be one."""
    return [
        f'{"" if start else chr(34)}{names}(?:{inside}"\\s*:\\s*["\\[{{0-9-]|{within}\\\\+"\\s*:)'
        for start, end, names in _grouped(patterns)
        for inside, within in [(r'(?:[^"\\]|\\.)*', r'[^"\\\s]*') if end else ("", "")]
    ] or [_NEVER]


def _assigned(patterns: tuple[str, ...], sign: str) -> list[str]:
    return [
        rf"{'' if start else '(?:^|[^a-z0-9_.-])'}{names}{'[a-z0-9_.-]*' if end else ''}{sign}\s*[^\s,]"
        for start, end, names in _grouped(patterns)
    ] or [_NEVER]


def _parameters(patterns: tuple[str, ...]) -> list[str]:
    return [
        rf"{'' if start else '(?:[?&;/]|%[0-9a-f]{2})'}{names}{'[^=&;/?]*' if end else ''}(?:=|%3d)"
        for start, end, names in _grouped(patterns)
    ] or [_NEVER]


def _grouped(patterns: tuple[str, ...]) -> list[tuple[bool, bool, str]]:
    """Return alternations of what is alike: whether it may begin and end anywhere, and the names without those stars."""
    groups: dict[tuple[bool, bool], list[str]] = {}
    for one in patterns:
        inner = re.escape(one.strip("*")).replace(r"\*", r'[^"\\]*').replace(r"\?", r'[^"\\]')
        groups.setdefault((one.startswith("*"), one.endswith("*")), []).append(inner)
    return [(start, end, f"(?:{'|'.join(names)})") for (start, end), names in groups.items()]
