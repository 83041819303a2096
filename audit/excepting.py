"""Takes the events of exceptions out of rules: the same predicates, with one more part.

Case matters here, unlike in rules: an exception that is wider than it looks hides something.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase, translate

from audit.predicates import Among, Every, Not, Predicate, Present, Some, Within
from audit.rule_exceptions import RuleException
from audit.rule_fields import Field
from audit.rule_fields import field as field_of
from audit.rules import Counting, Pack, Rule


def excepted(pack: Pack, exceptions: Sequence[RuleException]) -> Pack:
    """Return rules without what the exceptions take out of them; what a rule counts is counted without it, and told with it."""
    if not exceptions:
        return pack
    changed = {rule: _without(rule, exceptions, rule.name) for rule in pack.rules}
    counted: list[Rule] = []
    countings = []
    for one in pack.countings:
        rules = tuple(changed[rule] for rule in one.rules)
        if _of(exceptions, one.name):
            rules = tuple(_counted(rule, exceptions, one) for rule in rules)
            counted += rules
        countings.append(replace(one, rules=rules))
    return Pack((*(changed[rule] for rule in pack.rules), *counted), tuple(countings))


def _counted(rule: Rule, exceptions: Sequence[RuleException], counting: Counting) -> Rule:
    """Return a rule that is only counted, by one that has exceptions of its own."""
    own = _without(rule, exceptions, counting.name)
    return replace(own, about=replace(rule.about, name=f"{rule.name} for {counting.name}"), told=False)


def _without(rule: Rule, exceptions: Sequence[RuleException], name: str) -> Rule:
    taken_out = [Not(_predicate(one)) for one in _of(exceptions, name)]
    return replace(rule, predicate=Every((rule.predicate, *taken_out)), excepted=True) if taken_out else rule


def _of(exceptions: Sequence[RuleException], name: str) -> list[RuleException]:
    return [one for one in exceptions if any(fnmatchcase(name, pattern) for pattern in one.rules)]


def _predicate(one: RuleException) -> Predicate:
    """Return what holds of the events that an exception is about."""
    parts: list[Predicate] = []
    if one.users:
        themselves = Some((Not(Present(_field("audit.authenticatedAs"))), _like("audit.authenticatedAs", one.users)))
        parts += [_like("audit.actor", one.users), themselves]
    if one.namespaces:
        parts.append(_like("objectRef.namespace", one.namespaces))
    if one.names:
        parts.append(_like("objectRef.name", one.names))
    if one.source_ips:
        parts.append(Some(tuple(Within(_field("audit.sourceIP"), network) for network in one.source_ips)))
    return Every(tuple(parts))


def _like(name: str, patterns: Sequence[str]) -> Among:
    return Among(_field(name), frozenset(), re.compile("|".join(map(translate, patterns))).match)


def _field(name: str) -> Field:
    found = field_of(name)
    if found is None:
        raise LookupError(name)
    return found
