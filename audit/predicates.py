"""What rules say of an event, as trees that are asked at some depth: true, false, or None where that is not known yet.

Three-valued as Kleene's logic is: a conjunction with one false part is false whatever is unknown. So a rule that needs a body is
refused by its verb, and the body is decoded only where it decides. Text is compared in any case, numbers as their text, and a list
has each of its elements' values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, Protocol

from audit.rule_fields import Field, Subject

Pattern = Callable[[str], object]
"""Looks for something in a text; what it returns is true where it is there."""


class Predicate(Protocol):
    """Anything that holds of an event or does not."""

    @property
    def depth(self) -> int:
        """The depth at which it is always known."""
        ...

    def holds(self, subject: Subject) -> bool | None:
        """Tell whether it holds; None where that is unknown at the subject's depth."""
        ...


@dataclass(frozen=True, slots=True)
class Among:
    """A field has one of some values, or one in which a pattern is found."""

    field: Field
    texts: frozenset[str]
    """In lower case."""
    found: Pattern | None = None

    @property
    def depth(self) -> int:
        """The field's."""
        return self.field.depth

    def holds(self, subject: Subject) -> bool | None:
        """Tell whether any of the field's values is among them."""
        values = self.field.read(subject)
        if values is None:
            return None
        return any(map(self._has, values))

    def _has(self, value: Any) -> bool:
        text = as_text(value)
        if text is None:
            return False
        return text.lower() in self.texts or (self.found is not None and bool(self.found(text)))


@dataclass(frozen=True, slots=True)
class Compared:
    """A field has a number within bounds, both of which belong to them."""

    field: Field
    low: float
    high: float

    @property
    def depth(self) -> int:
        """The field's."""
        return self.field.depth

    def holds(self, subject: Subject) -> bool | None:
        """Tell whether any of the field's numbers lies within."""
        values = self.field.read(subject)
        if values is None:
            return None
        numbers = (value for value in values if isinstance(value, int | float) and not isinstance(value, bool))
        return any(self.low <= number <= self.high for number in numbers)


@dataclass(frozen=True, slots=True)
class Within:
    """A field has an address of a network."""

    field: Field
    network: IPv4Network | IPv6Network

    @property
    def depth(self) -> int:
        """The field's."""
        return self.field.depth

    def holds(self, subject: Subject) -> bool | None:
        """Tell whether any of the field's addresses is in the network."""
        values = self.field.read(subject)
        return None if values is None else any(map(self._has, values))

    def _has(self, value: Any) -> bool:
        try:
            return ip_address(value) in self.network
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class Present:
    """A field has a value, whatever it is."""

    field: Field

    @property
    def depth(self) -> int:
        """The field's."""
        return self.field.depth

    def holds(self, subject: Subject) -> bool | None:
        """Tell whether there is any."""
        values = self.field.read(subject)
        return None if values is None else len(values) > 0


@dataclass(frozen=True, slots=True)
class Same:
    """Two fields have a value in common."""

    field: Field
    other: Field

    @property
    def depth(self) -> int:
        """The deeper one's."""
        return max(self.field.depth, self.other.depth)

    def holds(self, subject: Subject) -> bool | None:
        """Tell whether they have."""
        values, others = self.field.read(subject), self.other.read(subject)
        if values is None or others is None:
            return None
        return not {as_text(value) for value in values}.isdisjoint(as_text(other) for other in others)


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold."""

    parts: Sequence[Predicate]

    @property
    def depth(self) -> int:
        """The deepest part's."""
        return max((part.depth for part in self.parts), default=0)

    def holds(self, subject: Subject) -> bool | None:
        """Tell whether all do; false as soon as one does not."""
        result: bool | None = True
        for part in self.parts:
            one = part.holds(subject)
            if one is False:
                return False
            if one is None:
                result = None
        return result


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds; without parts, nothing does."""

    parts: Sequence[Predicate]

    @property
    def depth(self) -> int:
        """The deepest part's."""
        return max((part.depth for part in self.parts), default=0)

    def holds(self, subject: Subject) -> bool | None:
        """Tell whether any does."""
        result: bool | None = False
        for part in self.parts:
            one = part.holds(subject)
            if one:
                return True
            if one is None:
                result = None
        return result


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Predicate

    @property
    def depth(self) -> int:
        """The part's."""
        return self.part.depth

    def holds(self, subject: Subject) -> bool | None:
        """Tell whether it does not."""
        one = self.part.holds(subject)
        return None if one is None else not one


NEVER = Some(())


def left_of(predicate: Predicate, subject: Subject) -> Predicate:
    """Return what is still to be asked of a predicate that is unknown at the subject's depth: the parts that are unknown."""
    match predicate:
        case Every() | Some():
            parts = [left_of(part, subject) for part in predicate.parts if part.holds(subject) is None]
            return parts[0] if len(parts) == 1 else type(predicate)(tuple(parts))
        case Not():
            return Not(left_of(predicate.part, subject))
        case _:
            return predicate


def as_text(value: Any) -> str | None:
    """Return a scalar as rules write it; None for a map."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None


def possible(predicate: Predicate) -> bool:
    """Tell whether a predicate can hold at all, as far as its form tells."""
    match predicate:
        case Among():
            return bool(predicate.texts) or predicate.found is not None
        case Every():
            return all(map(possible, predicate.parts))
        case Some():
            return any(map(possible, predicate.parts))
        case _:
            return True


def demanded(predicate: Predicate, name: str) -> frozenset[str] | None:
    """Return the values of which a field must have one for a predicate to hold; None where it may have any."""
    match predicate:
        case Among() if predicate.field.name == name and predicate.found is None:
            return predicate.texts
        case Every():
            return next((found for part in predicate.parts if (found := demanded(part, name)) is not None), None)
        case Some():
            every = [demanded(part, name) for part in predicate.parts]
            known = [found for found in every if found is not None]
            return frozenset().union(*known) if len(known) == len(every) else None
        case _:
            return None


def fields(predicate: Predicate) -> list[Field]:
    """Return every field that a predicate looks at."""
    match predicate:
        case Every() | Some():
            return [found for part in predicate.parts for found in fields(part)]
        case Not():
            return fields(predicate.part)
        case Same():
            return [predicate.field, predicate.other]
        case Among() | Compared() | Within() | Present():
            return [predicate.field]
        case _:
            return []
