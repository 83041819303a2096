"""What a query means: a tree of terms, each of which says whether it matches one event.

Where Loggly's exact rule is not published, the narrower reading is taken: a phrase matches whole words, a field's value
the whole value. A search that finds its events here finds at least them there.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Protocol

from bridge.sandbox.events import Path, View


class Term(Protocol):
    """Anything that a query can be."""

    def matches(self, view: View) -> bool:
        """Tell whether the event is among what the query asks for."""
        ...


@dataclass(frozen=True)
class Everything:
    """`*`."""

    def matches(self, view: View) -> bool:  # noqa: ARG002 - the interface of a term
        """Match always."""
        return True


@dataclass(frozen=True)
class Phrase:
    """`"exact phrase"`: in the raw text, in any case, not in the middle of a word."""

    phrase: str
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_pattern", whole_words(self.phrase))

    def matches(self, view: View) -> bool:
        """Match if the raw text has the phrase."""
        return self._pattern.search(view.text) is not None


@dataclass(frozen=True)
class Without:
    """`-"phrase"`."""

    phrase: Phrase

    def matches(self, view: View) -> bool:
        """Match if the raw text does not have the phrase."""
        return not self.phrase.matches(view)


@dataclass(frozen=True)
class Tag:
    """`tag:prod`."""

    tag: str

    def matches(self, view: View) -> bool:
        """Match if the event came with the tag, in any case."""
        wanted = self.tag.casefold()
        return any(tag.casefold() == wanted for tag in view.tags)


@dataclass(frozen=True)
class Field:
    """`json.a.b:value`: equal in any case, numbers as numbers; several words are also found inside a longer text."""

    path: Path
    value: str
    _folded: str = field(init=False, repr=False, compare=False)
    _number: float | None = field(init=False, repr=False, compare=False)
    _words: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_folded", self.value.casefold())
        object.__setattr__(self, "_number", number(self.value))
        object.__setattr__(self, "_words", whole_words(self.value) if len(self.value.split()) > 1 else None)

    def matches(self, view: View) -> bool:
        """Match if any value at the path equals the wanted one."""
        return any(self._equals(value) for value in view.values(self.path))

    def _equals(self, value: Any) -> bool:
        if isinstance(value, str):
            return value.casefold() == self._folded or (
                self._words is not None and self._words.search(value) is not None
            )
        if isinstance(value, bool):
            return self._folded == ("true" if value else "false")
        return self._number is not None and bool(value == self._number)


@dataclass(frozen=True)
class Range:
    """`json.a.b:[500 TO 599]`: both ends belong to it; text is never in a range."""

    path: Path
    low: float
    high: float

    def matches(self, view: View) -> bool:
        """Match if any number at the path lies within."""
        return any(
            self.low <= value <= self.high
            for value in view.values(self.path)
            if isinstance(value, int | float) and not isinstance(value, bool)
        )


@dataclass(frozen=True)
class Every:
    """Terms joined by AND."""

    terms: tuple[Term, ...]

    def matches(self, view: View) -> bool:
        """Match if each term does."""
        return all(term.matches(view) for term in self.terms)


@dataclass(frozen=True)
class Either:
    """Terms joined by OR."""

    terms: tuple[Term, ...]

    def matches(self, view: View) -> bool:
        """Match if at least one term does."""
        return any(term.matches(view) for term in self.terms)


def whole_words(phrase: str) -> re.Pattern[str]:
    """Compile a phrase to a pattern that neither starts nor ends inside a word."""
    before = r"(?<!\w)" if re.match(r"\w", phrase) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", phrase) else ""
    return re.compile(before + re.escape(phrase) + after, re.IGNORECASE)


def number(text: str) -> float | None:
    """Read plain decimal digits, with a sign or a fraction; None for everything else that float() would take."""
    return float(text) if re.fullmatch(r"-?\d{1,18}(\.\d{1,18})?", text, re.ASCII) else None
