"""Sigma's condition trees, as pySigma parses them, to predicates over events; what makes no sense for an event is refused.

Sigma compares text in any case, and `*` and `?` are wildcards. Values that a field can never have are left out and reported.
Regular expressions run in RE2, which needs no more than linear time whatever an event holds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial, reduce
from ipaddress import ip_network
from math import inf
from operator import or_
from typing import Any

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.policy import default_policy
from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
    SpecialChars,
)

from audit.predicates import NEVER, Among, Compared, Every, Not, Pattern, Predicate, Present, Same, Some, Within
from audit.rule_fields import DECISION, Field, domain
from audit.rule_fields import field as field_of

_WILDCARDS = {SpecialChars.WILDCARD_MULTI: ".*", SpecialChars.WILDCARD_SINGLE: "."}
REMEMBERED = 4_096
"""Texts, such as URIs, for which it is remembered whether a piece is in them."""
_ANY = SpecialChars.WILDCARD_MULTI
_NOT_FIELDS = "fields of audit.k8s.io, audit.* or a name from docs/rules.md"
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}


class Refused(Exception):  # noqa: N818 - a finding about a rule, not a fault
    """A condition that cannot be compiled: what was wanted, what stands there, what to do, and at which field."""

    def __init__(self, want: str, got: str, cure: str, at: str = "") -> None:
        super().__init__(want, got, cure, at)
        self.want, self.got, self.cure, self.at = want, got, cure, at


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something in a rule that can never match: the field, and what is wrong."""

    at: str
    want: str
    got: str


@dataclass(frozen=True, slots=True)
class Pieces:
    """Looks for pieces of text, in lower case: what most patterns come to, and much quicker than an expression."""

    inside: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()

    def __call__(self, text: str) -> bool:
        """Tell whether a text has any of the pieces inside, as its beginning, or as its end."""
        text = text.lower()
        return any(map(text.__contains__, self.inside)) or text.startswith(self.first) or text.endswith(self.last)

    def __or__(self, other: "Pieces") -> "Pieces":
        return Pieces(self.inside + other.inside, self.first + other.first, self.last + other.last)


@dataclass(slots=True)
class Compiler:
    """Compiles one rule, and gathers what is doubtful in it."""

    doubts: list[Doubt] = field(default_factory=list)

    def compile(self, node: Any) -> Predicate:
        """Return the predicate of a parsed condition; raises Refused."""
        match node:
            case ConditionAND():
                return Every(_cheapest_first(self._parts(node)))
            case ConditionOR():
                return _joined(self._parts(node))
            case ConditionNOT():
                return Not(self.compile(node.args[0]))
            case ConditionFieldEqualsValueExpression():
                return self._equals(node.field, node.value)
            case ConditionValueExpression():
                raise Refused(_NOT_FIELDS, f"the keyword {str(node.value)!r} without one", "name the field")
            case _:
                raise Refused("a condition", "an empty one", "name a selection")

    def _parts(self, node: Any) -> list[Predicate]:
        return [self.compile(one) for one in node.args]

    def _equals(self, name: str, value: Any) -> Predicate:
        known = field_of(name)
        if known is None:
            self.doubts.append(Doubt(name, _NOT_FIELDS, f"{name!r}, which no audit event has"))
            return Not(Present(_absent(name))) if isinstance(value, SigmaNull) else NEVER
        if name == "responseStatus.code" and isinstance(value, SigmaString) and _plain(value) in ("allow", "forbid"):
            known = DECISION or known  # public rules look for the authorizer's word here
        if isinstance(value, SigmaExpansion):
            return _joined([self._equals(name, one) for one in value.values])
        return self._value(known, value)

    def _value(self, known: Field, value: Any) -> Predicate:
        match value:
            case SigmaString():
                return self._text(known, value)
            case SigmaTimestampPart():
                raise Refused("a value", f"a part of a time at {known.name!r}", "leave it out", known.name)
            case SigmaBool() | SigmaNumber():
                return self._among(known, str(value).lower())
            case SigmaNull():
                return Not(Present(known))
            case SigmaExists():
                return Present(known) if value else Not(Present(known))
            case SigmaCompareExpression():
                return _compared(known, value)
            case SigmaCIDRExpression():
                return Within(known, ip_network(value.cidr))
            case SigmaRegularExpression():
                flags = sum(_FLAGS[flag.name[0].lower()] for flag in value.flags)
                return Among(known, frozenset(), _regular(str(value.regexp), flags).search)
            case SigmaFieldReference() if (other := field_of(value.field)) and not (
                value.starts_with or value.ends_with
            ):
                return Same(known, other)
            case _:
                kind = type(value).__name__.removeprefix("Sigma")
                raise Refused("a value that events can have", f"{kind} at {known.name!r}", "leave it out", known.name)

    def _text(self, known: Field, value: SigmaString) -> Predicate:
        if not all(isinstance(part, str | SpecialChars) for part in value.s):
            raise Refused("plain text", f"a placeholder at {known.name!r}", "write the values themselves", known.name)
        if not value.s:
            return Not(Present(known))  # an empty text is left out of events
        plain = _plain(value)
        if plain is not None and not isinstance(value, SigmaCasedString):
            return self._among(known, plain)
        if value.s == [_ANY]:
            return Present(known)
        if not isinstance(value, SigmaCasedString) and (found := _simple(value.s)):
            return Among(known, frozenset(), found)
        written = "".join(re.escape(part) if isinstance(part, str) else _WILDCARDS[part] for part in value.s)  # type: ignore[index]  # no placeholders here
        flags = re.DOTALL if isinstance(value, SigmaCasedString) else re.DOTALL | re.IGNORECASE
        return Among(known, frozenset(), _regular(rf"\A(?:{written})\z", flags).search)

    def _among(self, known: Field, text: str) -> Predicate:
        possible = domain(known.name)
        if possible is not None and text not in possible:
            want = (
                f"one of {', '.join(sorted(possible))}" if len(possible) < 9 else f"a value that {known.name} can have"
            )
            self.doubts.append(Doubt(known.name, want, f"{text!r}, which never stands there when rules are asked"))
            return NEVER
        return Among(known, frozenset({text}))


def _plain(value: SigmaString) -> str | None:
    """Return a text without wildcards in lower case, None for one with."""
    return "".join(map(str, value.s)).lower() if all(isinstance(part, str) for part in value.s) else None


def _simple(parts: Sequence[Any]) -> Pieces | None:
    """Return what looks for `*text*`, `text*` or `*text`; None for every other pattern."""
    match parts:
        case [one, str(text), other] if one is _ANY and other is _ANY:
            return Pieces(inside=(text.lower(),))
        case [str(text), other] if other is _ANY:
            return Pieces(first=(text.lower(),))
        case [one, str(text)] if one is _ANY:
            return Pieces(last=(text.lower(),))
        case _:
            return None


def _absent(name: str) -> Field:
    return Field(name, lambda _: (), 0)


def _compared(known: Field, value: SigmaCompareExpression) -> Predicate:
    number = float(value.number.number)
    above, below = _next(number), -_next(-number)
    match value.op:
        case CompareOperators.LT:
            return Compared(known, -inf, below)
        case CompareOperators.LTE:
            return Compared(known, -inf, number)
        case CompareOperators.GT:
            return Compared(known, above, inf)
        case CompareOperators.GTE:
            return Compared(known, number, inf)
        case _:
            return Not(Compared(known, number, number))


def _next(number: float) -> float:
    """Return the next whole number: all numbers of events are whole."""
    return number // 1 + 1


def _regular(pattern: str, flags: int) -> Any:
    return default_policy.regex_engine.compile(pattern, flags)


def _cheapest_first(parts: Sequence[Predicate]) -> tuple[Predicate, ...]:
    return tuple(sorted(parts, key=lambda part: part.depth))


def _joined(parts: Sequence[Predicate]) -> Predicate:
    """Return what holds where any part does: the values of one field are looked up together."""
    texts: dict[str, Among] = {}
    others: list[Predicate] = []
    for part in parts:
        if isinstance(part, Among) and part.found is None:
            before = texts.get(part.field.name)
            texts[part.field.name] = Among(part.field, part.texts | (before.texts if before else frozenset()))
        elif part != NEVER:
            others.append(part)
    every = _cheapest_first([*texts.values(), *_patterns(others)])
    return every[0] if len(every) == 1 else Some(every)


def _patterns(parts: Sequence[Predicate]) -> list[Predicate]:
    """Ask all patterns of one field together, so that its value is read once."""
    searches: dict[str, list[Among]] = {}
    others: list[Predicate] = []
    for part in parts:
        if isinstance(part, Among):
            searches.setdefault(part.field.name, []).append(part)
        else:
            others.append(part)
    return [*others, *(_one(found) for found in searches.values())]


def _one(parts: Sequence[Among]) -> Among:
    if len(parts) == 1:
        return parts[0]
    texts = frozenset[str]().union(*(part.texts for part in parts))
    pieces = [part.found for part in parts if isinstance(part.found, Pieces)]
    finds: list[Pattern] = [part.found for part in parts if part.found and not isinstance(part.found, Pieces)]
    if pieces:
        finds.insert(0, lru_cache(REMEMBERED)(reduce(or_, pieces)))  # many pieces, and texts that come again
    return Among(parts[0].field, texts, finds[0] if len(finds) == 1 else partial(_found, finds))


def _found(finds: Sequence[Pattern], text: str) -> bool:
    return any(find(text) for find in finds)
