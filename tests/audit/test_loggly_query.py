"""Searches find in the stand-in what the rules find in the events."""

from collections.abc import Iterator
from functools import cache

import orjson
import pytest

from audit.builtin import builtin
from audit.detecting import Detector
from audit.judge import Judge
from audit.loggly_links import search
from audit.loggly_query import Inexpressible, native
from audit.once import Once
from audit.rule_fields import Subject
from audit.rules import Rule
from audit.settings import Identity
from bridge.sandbox.events import Event, View
from bridge.sandbox.query import parse
from tests.support.events import sample_lines
from tests.support.rule_events import CASES, JENKINS
from tests.support.rules import rule, subject

RULES = {one.name: one for one in builtin().pack.rules}
LOG = sample_lines()
KNOWN = (Identity(label="jenkins", users=(JENKINS,)),)


@cache
def events() -> list[tuple[Subject, View]]:
    """Return the bundled log and the rules' own events, each as it was and as Loggly has it."""
    judge = Judge("demo", "", 1_000_000, None, KNOWN)
    judge.use_rules(Detector(builtin().pack))
    made = [orjson.dumps(event) for cases in CASES.values() for some in cases for event in some]
    views = [shipped(number, judge.line(line, "", 0)) for number, line in enumerate([*LOG, *made])]
    labels = [view.document["audit"].get("actorLabel", "") for view in views]
    lines = [*LOG, *made]
    return [
        (subject(orjson.loads(line), label=label), view) for line, label, view in zip(lines, labels, views, strict=True)
    ]


def shipped(number: int, line: bytes) -> View:
    return View(Event(number, 0, 0, (), bytes(line), is_json=True))


def chosen(one: Rule) -> Iterator[int]:
    """Yield the events that a rule matches, each looked at whole."""
    for number, (seen, _) in enumerate(events()):
        if seen.event.response_status is not None and one.predicate.holds(seen):
            yield number


def found(query: str) -> list[int]:
    term = parse(query)
    return [number for number, (_, view) in enumerate(events()) if term.matches(view)]


def expressible() -> list[str]:
    names = []
    for name, one in RULES.items():
        try:
            native(one)
            names.append(name)
        except Inexpressible:
            pass
    return names


@pytest.mark.parametrize("name", expressible())
def test_a_search_selects_what_its_rule_does(name: str) -> None:
    wanted = list(chosen(RULES[name]))
    assert wanted
    assert wanted == found(native(RULES[name]))


@pytest.mark.parametrize("name", [one.name for one in builtin().pack.told() if isinstance(one, Rule)])
def test_the_search_for_what_is_told_finds_each_request_once(name: str) -> None:
    """Of the two events of a long request it is the first; all others are what the rule selects."""
    told = found(search(RULES[name]))
    assert told
    selected = set(chosen(RULES[name]))
    assert set(told) <= selected
    ends = [events()[number][0].event for number in selected - set(told)]
    assert all(Once.concerns(end) and end.stage != "ResponseStarted" for end in ends)
    requests = [events()[number][1].document["auditID"] for number in told if number < len(LOG)]
    assert len(requests) == len(set(requests))


def test_a_search_for_what_is_counted_is_that_of_the_rule_that_is_counted() -> None:
    [burst] = [one for one in builtin().pack.countings if one.name == "failed-logins-burst"]
    assert native(RULES["failed-login"]) == native(burst)
    assert "json.audit.rules:failed-logins-burst" == search(burst)


@pytest.mark.parametrize(
    ("selection", "wanted"),
    [
        ("{verb: get, audit.verdict: allowed}", "json.verb:get AND json.audit.verdict:allowed"),
        ("{audit.verdict: allowed, user.username: 'system:admin'}", 'json.audit.verdict:allowed AND json.user.username:"system:admin"'),
        ("{audit.verdict: error, responseStatus.code|gte: 500, responseStatus.code|lt: 504}",
         "json.audit.verdict:error AND json.responseStatus.code:[500 TO 2147483647] AND json.responseStatus.code:[0 TO 503]"),
        ("{responseStatus.code: 404}",
         "(json.responseStatus.code:404) AND (json.stage:ResponseStarted OR json.stage:ResponseComplete OR json.stage:Panic)"),
        ("{responseStatus.code: ALLOW, apiGroup: apps, audit.verdict: allowed}",
         "json.audit.decision:ALLOW AND json.objectRef.apiGroup:apps AND json.audit.verdict:allowed"),
    ],
)  # fmt: skip
def test_what_can_be_said(selection: str, wanted: str) -> None:
    assert wanted == native(rule(selection))
    parse(wanted)


@pytest.mark.parametrize(
    ("selection", "why"),
    [
        ("{userAgent|contains: x}", "it looks for a part of userAgent, and wildcards inside words are not confirmed"),
        ("{userAgent|re: x}", "it has an expression for userAgent, and those are not confirmed"),
        ("{userAgent|cased: x}", "it minds the case of userAgent"),
        ("{objectRef.name: null}", "it asks whether objectRef.name is absent"),
        ("{objectRef.name|exists: true}", "it asks whether objectRef.name is there"),
        ("{hostPath: /etc}", "it looks into the body, at hostPath, which is shipped as one text"),
        ("{sourceIPs|cidr: 10.1.2.0/23}", "it asks whether sourceIPs is in a network"),
        ("{audit.actor|fieldref: user.username}", "it compares two fields"),
        ("{objectRef.name: 'a\"b'}", "a value has quotes or backslashes"),
        ("{audit.command: ls}", "audit.command cannot be searched for"),
    ],
)
def test_what_cannot_be_said_is_refused_with_the_reason(selection: str, why: str) -> None:
    with pytest.raises(Inexpressible) as error:
        native(rule(selection))
    assert why == str(error.value)


def test_what_is_excluded_cannot_be_said() -> None:
    with pytest.raises(Inexpressible) as error:
        native(rule("{verb: get}", "not selection"))
    assert "it excludes something, and NOT is not confirmed" == str(error.value)


def test_a_search_that_fits_no_link_is_refused() -> None:
    with pytest.raises(Inexpressible) as error:
        native(rule(f"{{objectRef.name: [{', '.join(f'name-{number}' for number in range(200))}]}}"))
    assert "the search would have 6372 characters" == str(error.value)
