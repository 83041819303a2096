"""The detection rules that settings come to: those that are shipped, files of the user's, what is disabled, and exceptions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from audit.builtin import files as shipped
from audit.checking import Complaint, near
from audit.excepting import excepted
from audit.problems import Path, Problem
from audit.rules import Pack
from audit.settings import Rules, Settings
from audit.sigma import read_rules


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rules to ask, what cannot be read, which settings name none of them, and what never will match."""

    pack: Pack
    problems: tuple[Problem, ...]
    complaints: tuple[Complaint, ...]
    """Their paths are in `Settings`."""
    warnings: tuple[Problem, ...]


def chosen(settings: Settings, files: Sequence[tuple[str, str]]) -> Chosen:
    """Read the rules that settings want; `files` are the user's own, each as its name and its text. Never raises."""
    rules = settings.rules
    read = read_rules([*(shipped() if rules.builtin else ()), *files])
    pack = without(read.pack, rules.disable)
    complaints = (*_unknown(rules, read.pack), *_untold(settings, pack))
    return Chosen(excepted(pack, rules.except_), tuple(read.problems), complaints, tuple(read.warnings))


def without(pack: Pack, names: Sequence[str]) -> Pack:
    """Leave rules out; one that others count is only counted."""
    countings = tuple(one for one in pack.countings if one.name not in names)
    counted = {rule for one in countings for rule in one.rules}
    changed = {rule: replace(rule, told=False) for rule in pack.rules if rule.name in names and rule in counted}
    rules = tuple(changed.get(rule, rule) for rule in pack.rules if rule.name not in names or rule in counted)
    kept = tuple(replace(one, rules=tuple(changed.get(rule, rule) for rule in one.rules)) for one in countings)
    return Pack(rules, kept)


def _unknown(settings: Rules, pack: Pack) -> Iterator[Complaint]:
    names = sorted({*(rule.name for rule in pack.rules), *(one.name for one in pack.countings)})
    for at, name in enumerate(settings.disable):
        if name not in names:
            yield _no_rule(("rules", "disable", at), name, names)
    for at, one in enumerate(settings.except_):
        yield from _unmatched(("rules", "except", at, "rules"), one.rules, names)


def _untold(settings: Settings, pack: Pack) -> Iterator[Complaint]:
    names = sorted(one.name for one in pack.told())
    for at, sink in enumerate(settings.notify):
        yield from _unmatched(("notify", at, "rules"), sink.rules, names)


def _unmatched(path: Path, patterns: Sequence[str], names: Sequence[str]) -> Iterator[Complaint]:
    for index, pattern in enumerate(patterns):
        if not any(fnmatchcase(name, pattern) for name in names):
            yield _no_rule((*path, index), pattern, names)


def _no_rule(path: Path, name: str, names: Sequence[str]) -> Complaint:
    return Complaint(path, "the name of a rule", repr(name), near(name, names))
