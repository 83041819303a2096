"""Files of rules are read whole, and what is wrong is said with its line."""

import pytest

from audit.sigma import read_rules, slug
from tests.support.events import event
from tests.support.rules import HEAD, reading, subject

ONE = f"{HEAD}name: one\ndetection: {{s: {{verb: get}}, condition: s}}\n"


def problems(text: str) -> list[str]:
    return [str(problem) for problem in read_rules([("rules.yml", text)]).problems]


def test_a_rule_says_what_its_file_says() -> None:
    head = f"{HEAD}author: Jane\nlicense: DRL-1.1\ntags: [attack.t1552.007]\nfalsepositives: [Backups]\ndescription: |\n  Two\n  lines\n"
    about = reading("{s: {verb: get}, condition: s}", head=head).pack.rules[0].about
    assert ("rule-0", "A test", "high", "Two lines") == (about.name, about.title, about.severity, about.description)
    assert ("Jane", "DRL-1.1", ("attack.t1552.007",)) == (about.author, about.license, about.tags)
    assert (("Backups",), "rules.yml", 1) == (about.false_positives, about.file, about.line)


def test_a_rule_without_a_name_is_called_by_its_title() -> None:
    found = read_rules([("rules.yml", f"{HEAD}detection: {{s: {{verb: get}}, condition: s}}")])
    assert ["a-test"] == [rule.name for rule in found.pack.rules]


def test_a_title_as_a_name() -> None:
    assert "hostpath-mount-a-b" == slug("HostPath Mount (a/b)")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [", "rules.yml:1: expected well-formed YAML, got expected the node content, but found '<stream end>' - correct the syntax here or just above"),
        (
            f"{ONE}---\n{ONE}",
            "rules.yml:10: name: expected a name of its own, got 'one' - choose another",
        ),
        (
            "title: No detection\nlogsource: {product: kubernetes}\n",
            "rules.yml:1: detection: expected what Sigma knows, got Sigma rule must have a detection definitions - correct it",
        ),
        (
            f"{HEAD}detection: {{s: {{verb: get}}, condition: t}}",
            ("rules.yml:4: detection: expected a detection that Sigma knows, "
            "got Detection 't' not defined in detections - correct it"),
        ),
        ("action: global\ntitle: x\n", "rules.yml:1: action: expected whole rules, got an action - write each rule out"),
        (
            f"{ONE}---\ntitle: Many\ncorrelation: {{type: event_count, rules: [two], timespan: 1m, condition: {{gte: 2}}}}\n",
            "rules.yml:8: correlation.rules: expected the name or id of a rule, got 'two' - name one of the files' rules",
        ),
        (
            f"{ONE}---\ntitle: Many\ncorrelation: {{type: event_count, rules: [one], timespan: 1m, condition: {{lt: 2}}}}\n",
            "rules.yml:8: correlation.condition: expected gte or gt, got lt - what did not happen shows in no event",
        ),
        (
            f"{ONE}---\ntitle: Many\ncorrelation: {{type: event_count, rules: [one], timespan: 1m, condition: {{gt: 1000}}}}\n",
            "rules.yml:8: correlation.condition: expected a count from 1 to 1000, got 1001 - count less",
        ),
        (
            f"{ONE}---\ntitle: Many\ncorrelation: {{type: temporal, rules: [one], timespan: 1m}}\n",
            "rules.yml:8: correlation.type: expected event_count or value_count, got temporal - others need more memory",
        ),
        (
            f"{ONE}---\ntitle: Many\ncorrelation: {{type: event_count, rules: [one], group-by: [who], timespan: 1m, condition: {{gte: 2}}}}\n",
            "rules.yml:8: correlation.group-by: expected a field of audit events, got 'who' - see docs/rules.md",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_with_its_line(text: str, sentence: str) -> None:
    assert [sentence] == problems(text)


def test_one_bad_rule_keeps_no_other_from_being_read() -> None:
    found = read_rules([("rules.yml", f"title: Bad\n---\n{ONE}")])
    assert ["one"] == [rule.name for rule in found.pack.rules]


def test_a_filter_takes_events_out_of_a_rule() -> None:
    """In whichever file it stands."""
    filters = (
        "title: Not alice\nlogsource: {product: kubernetes}\n"
        "filter: {rules: [one], s: {user.username: alice}, condition: not s}\n"
    )
    found = read_rules([("a.yml", filters), ("b.yml", ONE)])
    assert [] == found.problems
    assert [False, True] == [
        found.pack.rules[0].predicate.holds(subject(event(user={"username": name}))) for name in ("alice", "bob")
    ]


def test_a_counted_rule_is_told_only_where_asked_for() -> None:
    many = "title: Many\ncorrelation: {type: event_count, rules: [one], timespan: 1m, condition: {gte: 2}%s}\n"
    quiet, loud = (
        read_rules([("rules.yml", f"{ONE}---\n{many % also}")]).pack.told() for also in ("", ", generate: true")
    )
    assert [["many"], ["one", "many"]] == [[one.name for one in told] for told in (quiet, loud)]


def test_documents_know_their_lines() -> None:
    text = f"# a comment\n---\n{ONE}--- # more\n{ONE.replace('one', 'two')}"
    assert [("one", 3), ("two", 9)] == [
        (rule.name, rule.about.line) for rule in read_rules([("rules.yml", text)]).pack.rules
    ]
