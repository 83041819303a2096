"""What the order of a policy's rules shows: rules that never decide, rules that match nothing, no rule at the end.

Decided by asking the policy about requests (`lint_requests`), so a rule that another covers by other words is found, and
one that only looks covered is not.
"""

from collections.abc import Iterator
from itertools import islice

from audit.attributes import Attributes
from audit.deciding import decide
from audit.lint_patterns import Hit
from audit.lint_requests import ACCOUNT, ANYTHING, NOBODY, OTHER, PERSON, decided_by, request, samples
from audit.policy import Policy

_ENOUGH = 50_000
"""Requests tried for a rule before it counts as deciding something: a finding is never a guess."""


def order(policy: Policy, wordless: frozenset[int] = frozenset()) -> Iterator[Hit]:
    """Yield what the rules' order shows.

    `wordless` are rules with words that match nothing: that is found already, and they are no rules that match nothing.
    """
    for index in range(len(policy.rules)):
        yield from _reached(policy, index, wordless)
    yield from _catches_all(policy)


def _reached(policy: Policy, index: int, wordless: frozenset[int]) -> Iterator[Hit]:
    if next(decided_by(policy, index, islice(samples(policy, index), _ENOUGH)), None):
        return
    tried = list(islice(samples(policy, index), _ENOUGH))
    if tried and len(tried) < _ENOUGH:
        yield _dead(policy, index, sorted({found for one in tried if (found := decide(policy, one).rule) is not None}))
    elif not tried and index not in wordless:
        message = "no request can match all lists of this rule"
        yield Hit("KAP108", ("rules", index), message, "split it, or remove what does not go together")


def _dead(policy: Policy, index: int, before: list[int]) -> Hit:
    whose = f"{_listed(before)} match{'es' if len(before) == 1 else ''} everything that this rule matches"
    same = {policy.rules[found].level for found in before} == {policy.rules[index].level}
    cure = "remove it: it changes nothing" if same else f"move it above {_listed(before[:1])}, or remove it"
    return Hit("KAP101", ("rules", index), f"this rule never decides: {whose}", cure)


def _listed(rules: list[int]) -> str:
    names = [f"rules[{index}]" for index in rules]
    return f"{', '.join(names[:-1])} and {names[-1]} together" if len(names) > 1 else names[0]


def _catches_all(policy: Policy) -> Iterator[Hit]:
    questions = {
        "a resource that no rule names": request(PERSON, "update", ANYTHING),
        "a service account's": request(ACCOUNT, "update", ANYTHING),
        "a failed login": request(NOBODY, "get", ANYTHING),
        "a path that no rule names": Attributes("get", PERSON.user, PERSON.groups, path=f"/{OTHER}"),
    }
    lost = [what for what, question in questions.items() if decide(policy, question).rule is None]
    if lost:
        message = f"no rule matches every request, for example {lost[0]}: it is not recorded"
        yield Hit(
            "KAP102", ("rules",), message, "end with `- level: Metadata`, or with `- level: None` where that is meant"
        )
