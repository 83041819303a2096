"""The detection rules that the settings want: those that are shipped, files of the user's, and filters in them for both."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from audit.builtin import files as shipped
from audit.checking import near
from audit.problems import Problem
from audit.rules import Pack, Rule
from audit.settings import Rules
from audit.sigma import Read, read_rules
from bridge.errors import ConfigError


def load(settings: Rules, text: Callable[[str], str]) -> tuple[Pack, tuple[str, ...]]:
    """Return the rules, and a sentence for each that never matches; the same object while nothing has changed.

    `text` reads a file. Raises ConfigError with everything that is wrong.
    """
    files = tuple((name, text(name)) for name in settings.files)
    read = _read((*(shipped() if settings.builtin else ()), *files))
    problems = [*map(str, read.problems), *_unknown(settings, read.pack)]
    if problems:
        raise ConfigError("\n".join(problems))
    return _without(read.pack, settings.disable), tuple(map(str, read.warnings))


@lru_cache(maxsize=2)
def _read(files: tuple[tuple[str, str], ...]) -> Read:
    return read_rules(files)


@lru_cache(maxsize=2)
def _without(pack: Pack, names: tuple[str, ...]) -> Pack:
    """Leave rules out; one that others count is only counted."""
    countings = tuple(one for one in pack.countings if one.name not in names)
    counted = {rule for one in countings for rule in one.rules}
    changed = {rule: replace(rule, told=False) for rule in pack.rules if rule.name in names and rule in counted}
    rules = tuple(changed.get(rule, rule) for rule in pack.rules if rule.name not in names or rule in counted)
    return Pack(rules, tuple(replace(one, rules=tuple(_mapped(one.rules, changed))) for one in countings))


def _mapped(rules: tuple[Rule, ...], changed: dict[Rule, Rule]) -> list[Rule]:
    return [changed.get(rule, rule) for rule in rules]


def _unknown(settings: Rules, pack: Pack) -> list[str]:
    names = {*(rule.name for rule in pack.rules), *(one.name for one in pack.countings)}
    return [
        str(
            Problem(
                "(configuration)",
                None,
                f"rules.disable[{at}]",
                "the name of a rule",
                repr(name),
                near(name, sorted(names)),
            )
        )
        for at, name in enumerate(settings.disable)
        if name not in names
    ]
