"""What differs from run to run, taken out of a transcript: places, ports, times, ids, the releases of clients."""

import re
from collections.abc import Mapping
from typing import Final

GONE: Final = "..."
"""Stands where something was taken out."""

_ALWAYS: Final = (
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), GONE),
    (re.compile(r"\b\d{4}-\d\d-\d\d([T ]\d\d:\d\d:\d\d(\.\d+)?Z?)?\b"), GONE),
    (re.compile(r'"userAgent":"[^"]*"'), f'"userAgent":"kubectl/{GONE}"'),
)
_NUMBERS = re.compile(r"\d[\d,.]*")
_BARS = re.compile(r"\s*[█▉▊▋▌▍▎▏]+")


def masked(text: str, words: Mapping[str, str]) -> str:
    """Return a text with each of `words` in place of what it stands for, and without times and ids."""
    for word, instead in sorted(words.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(word, instead)
    for pattern, instead in _ALWAYS:
        text = pattern.sub(instead, text)
    return text


def without_first(text: str) -> str:
    """Return a text that begins with how many there are, without saying how many."""
    return _NUMBERS.sub("N", text, count=1)


def without_numbers(text: str) -> str:
    """Return a text that says how many, without saying how many: N for each number, no bars, single spaces."""
    lines = (re.sub(r"(?<=\S) +", " ", _BARS.sub("", _NUMBERS.sub("N", line))) for line in text.splitlines())
    return "\n".join(line.strip() for line in lines)
