"""What is wrong with an audit policy, beyond what the API server refuses: every finding at once, each with its line.

`lint_patterns` looks at words, `lint_order` at the order of rules, `lint_coverage` and `lint_needs` at what is recorded;
`lint_rules` says what each finding means.
"""

from collections.abc import Iterator
from typing import Literal

from audit import go_yaml
from audit.lint_coverage import coverage
from audit.lint_needs import cis, detections
from audit.lint_order import order
from audit.lint_patterns import Hit, words
from audit.lint_rules import LINT_RULES, Finding
from audit.policy import Policy
from audit.policy_reading import read
from audit.problems import DocumentError, Place, Problem, path_text
from audit.releases import NEWEST, minor

Profile = Literal["default", "cis"]

_OTHER_RELEASES = ("1.11", "1.22", "1.23", NEWEST)
"""Releases that between them know all that any does: what one of them takes is no mistake, but not for every release."""

_WORDLESS = ("KAP103", "KAP104", "KAP105", "KAP106", "KAP107", "KAP108")
"""Findings about words that match nothing; a rule of only such words matches nothing, and has been told of."""


def lint(text: str, name: str, version: str = NEWEST, profile: Profile = "default") -> list[Finding]:
    """Return what is wrong with a policy file for a release such as `1.36`, in the order of the lines.

    A policy that the API server refuses has only the findings that say so. Raises `ValueError` for a release before
    `audit.policy.FIRST`.
    """
    minor(version)
    try:
        reading = read(text, name, version)
    except DocumentError as error:
        return _refusals(error.problems, text, name)
    ignored = [_ignored(problem, text, name) for problem in reading.warnings]
    document = go_yaml.parse(text, name)
    found = [
        Finding(LINT_RULES[hit.id], Place(name, document.line(hit.path)), path_text(hit.path), hit.message, hit.cure)
        for hit in _hits(reading.policy, profile)
    ]
    return sorted([*ignored, *found], key=lambda one: (one.place.line or 0, one.rule.id))


def _hits(policy: Policy, profile: Profile) -> Iterator[Hit]:
    worded = list(words(policy))
    wordless = frozenset(int(hit.path[1]) for hit in worded if hit.id in _WORDLESS)
    yield from worded
    yield from order(policy, wordless)
    yield from coverage(policy)
    yield from detections(policy)
    if profile == "cis":
        yield from cis(policy)


def _refusals(problems: list[Problem], text: str, name: str) -> list[Finding]:
    elsewhere = _only_here(problems, text, name)
    return [_of_reading("KAP003" if problem in elsewhere else "KAP001", problem) for problem in problems]


def _ignored(problem: Problem, text: str, name: str) -> Finding:
    return _of_reading("KAP003" if problem in _only_here([problem], text, name) else "KAP002", problem)


def _only_here(problems: list[Problem], text: str, name: str) -> list[Problem]:
    """Return the problems that some other release does not have with the same text."""
    others = [_places(text, name, version) for version in _OTHER_RELEASES]
    return [problem for problem in problems if any(problem.path not in paths for paths in others)]


def _places(text: str, name: str, version: str) -> set[str]:
    try:
        return {problem.path for problem in read(text, name, version).warnings}
    except DocumentError as error:
        return {problem.path for problem in error.problems}


def _of_reading(rule: str, problem: Problem) -> Finding:
    place = Place(problem.name, problem.line)
    cure = problem.cure or "correct it"
    return Finding(LINT_RULES[rule], place, problem.path, f"expected {problem.want}, got {problem.got}", cure)
