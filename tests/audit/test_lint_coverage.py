"""What a policy loses, spills, or keeps in vain."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.deciding import decide
from audit.lint_coverage import coverage, decided, place, rule_spills
from audit.lint_patterns import Hit
from audit.lint_requests import NOBODY, PERSON, What, Who, request, someone
from tests.support.policies import QUIET, policy

REST = "{level: Metadata}"
READS = "verbs: [get, list, watch]"
STREAMS = "{level: Metadata, resources: [{resources: [pods/exec, pods/attach, pods/portforward]}]}"


def found(name: str, *rules: str, head: str = QUIET) -> list[Hit]:
    return [hit for hit in coverage(policy(*rules, head=head)) if hit.id == name]


@pytest.mark.parametrize(
    "rule",
    [
        f"{{level: None, {READS}}}",
        f"{{level: None, {READS}, resources: [{{group: ''}}]}}",
        "{level: None, verbs: [get], resources: [{resources: [pods/*]}]}",
        "{level: None, verbs: [get], resources: [{resources: ['*/exec']}]}",
        "{level: None, verbs: [get], userGroups: ['system:authenticated']}",
    ],
)
def test_reads_that_are_commands(rule: str) -> None:
    message = "this rule drops get of pods/exec, which over WebSocket is a command or a tunnel"
    cure = "record pods/exec, pods/attach and pods/portforward at Metadata in a rule before it"
    assert [Hit("KAP201", ("rules", 0), message, cure)] == found("KAP201", rule, REST)
    assert [] == found("KAP201", STREAMS, rule, REST)


@pytest.mark.parametrize(
    "rule",
    [
        "{level: None, verbs: [list, watch]}",
        "{level: None, verbs: [get], resources: [{resources: [pods]}]}",
        "{level: None, verbs: [get], resources: [{group: apps}]}",
        "{level: None, verbs: [get], users: ['system:kube-scheduler']}",
        f"{{level: Metadata, {READS}}}",
    ],
)
def test_reads_that_are_none(rule: str) -> None:
    assert [] == found("KAP201", rule, REST)


def test_pods_without_what_goes_into_them() -> None:
    pods = "{level: Metadata, resources: [{resources: [secrets]}, {resources: [pods]}]}"
    (hit,) = found("KAP202", pods)
    assert ("rules", 0) == hit.path
    assert "this rule records pods, and no rule records pods/exec, pods/attach, pods/portforward" == hit.message
    assert [] == found("KAP202", pods, REST)
    assert [] == found(
        "KAP202", "{level: Metadata, resources: [{resources: [pods, pods/exec, pods/attach, pods/portforward]}]}"
    )
    assert [] == found("KAP202", "{level: Metadata, resources: [{resources: [secrets]}]}")


@pytest.mark.parametrize(
    ("rule", "spilt"),
    [
        ("{level: Request, resources: [{resources: [secrets]}]}", "secrets"),
        ("{level: RequestResponse, verbs: [get], resources: [{resources: [configmaps]}]}", "configmaps"),
        ("{level: Request, resources: [{group: authentication.k8s.io}]}", "tokenreviews.authentication.k8s.io"),
        ("{level: Request, resources: [{resources: [serviceaccounts/*]}]}", "serviceaccounts/token"),
        ("{level: Request, resources: [{resources: [secrets], resourceNames: [a]}]}", "secrets"),
        ("{level: Request, verbs: [update], namespaces: [a], resources: [{resources: [secrets]}]}", "secrets"),
    ],
)
def test_secrets_with_content(rule: str, spilt: str) -> None:
    (hit,) = found("KAP203", rule, REST)
    level = "RequestResponse" if "RequestResponse" in rule else "Request"
    assert f"this rule records {spilt} at {level}, with content" == hit.message
    held = "{level: Metadata, resources: [{resources: [secrets, configmaps, serviceaccounts/token]}, {group: authentication.k8s.io}]}"
    assert [] == found("KAP203", held, rule, REST)


@pytest.mark.parametrize(
    "rule",
    [
        "{level: Metadata, resources: [{resources: [secrets]}]}",
        "{level: Request, verbs: [get, list, watch, delete, deletecollection]}",
        "{level: Request, resources: [{resources: [serviceaccounts]}]}",
    ],
)
def test_secrets_without_content(rule: str) -> None:
    assert [] == found("KAP203", rule, REST)


@pytest.mark.parametrize(
    ("rules", "head", "path", "message"),
    [
        (
            (REST,),
            "omitStages: [RequestReceived, ResponseStarted]\n",
            ("omitStages",),
            "ResponseStarted is omitted, the only stage at which a failed login (401) is recorded",
        ),
        (
            ("{level: Metadata, omitStages: [ResponseStarted]}",),
            QUIET,
            ("rules", 0, "omitStages"),
            "ResponseStarted is omitted, the only stage at which a failed login (401) is recorded",
        ),
        (
            ("{level: Metadata, userGroups: ['system:authenticated']}",),
            QUIET,
            ("rules",),
            "no rule matches a failed login (401), which has no user",
        ),
        ((f"{{level: None, {READS}}}", REST), QUIET, ("rules", 0), "this rule drops failed logins (401) as well"),
    ],
)
def test_failed_logins_that_are_lost(
    rules: tuple[str, ...], head: str, path: tuple[str | int, ...], message: str
) -> None:
    (hit,) = found("KAP204", *rules, head=head)
    assert (path, message) == (hit.path, hit.message)


@pytest.mark.parametrize(
    "rules",
    [
        (REST,),
        (f"{{level: None, userGroups: ['system:authenticated'], {READS}}}", REST),
        ("{level: Metadata, userGroups: ['system:authenticated'], omitStages: [ResponseStarted]}", REST),
    ],
)
def test_failed_logins_that_are_kept(rules: tuple[str, ...]) -> None:
    assert [] == found("KAP204", *rules)


def test_request_received() -> None:
    (hit,) = found("KAP205", "{level: None, users: [a]}", "{level: Metadata, verbs: [get]}", REST, head="")
    assert ("rules", 1) == hit.path
    assert [] == found(
        "KAP205", "{level: None, users: [a]}", "{level: Metadata, omitStages: [RequestReceived]}", head=""
    )
    assert [] == found("KAP205", REST)


def test_noise_is_told_of_kind_by_kind() -> None:
    assert [
        "leases (heartbeats of nodes, leader election) are recorded",
        "endpointslices as controllers write them are recorded",
        "events are recorded",
        "events.events.k8s.io are recorded",
        "health checks are recorded",
    ] == [hit.message for hit in found("KAP206", REST)]


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ("{level: None, resources: [{resources: [events]}]}", 4),
        ("{level: None, resources: [{resources: [events]}, {group: events.k8s.io}]}", 3),
        ("{level: None, userGroups: ['system:nodes'], resources: [{group: coordination.k8s.io}]}", 5),
        ("{level: None, resources: [{group: coordination.k8s.io}, {group: discovery.k8s.io}]}", 3),
        ("{level: None, nonResourceURLs: ['/healthz*', '/livez*']}", 5),
        ("{level: None, nonResourceURLs: ['/healthz*', '/livez*', '/readyz*']}", 4),
    ],
)
def test_noise_that_is_dropped_is_not_told_of(rule: str, left: int) -> None:
    assert left == len(found("KAP206", rule, REST))


def test_a_place_is_the_rule_or_the_lack_of_one() -> None:
    one = policy("{level: None, users: [a]}", "{level: Metadata, userGroups: ['system:authenticated']}")
    assert ("rules", 1) == place(decide(one, request(PERSON, "get", What("", "pods"))))
    assert ("rules",) == place(decide(one, request(NOBODY, "get", What("", "pods"))))


def test_what_a_rule_writes_of_a_request() -> None:
    pods = What("", "pods")
    read, write = request(PERSON, "get", pods), request(PERSON, "create", pods)
    levels = {level: policy(f"{{level: {level}}}") for level in ("None", "Metadata", "Request", "RequestResponse")}
    spills = {
        level: (rule_spills(one.rules[0])(read), rule_spills(one.rules[0])(write)) for level, one in levels.items()
    }
    assert {
        "None": (False, False),
        "Metadata": (False, False),
        "Request": (False, True),
        "RequestResponse": (True, True),
    } == spills


def test_what_a_rule_decides_of_a_resource() -> None:
    one = policy("{level: None, resources: [{resources: [pods]}]}", REST)
    assert any(decided(one, 0, What("", "pods")))
    assert not any(decided(one, 1, What("", "pods")))


def some(values: list[str]) -> st.SearchStrategy[str]:
    """Draw a list of a rule, often none."""
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(
        lambda drawn: f"[{', '.join(map(repr, drawn))}]"
    )


RULES = st.builds(
    "{{level: {}, users: {}, userGroups: {}, verbs: {}, namespaces: {}, resources: [{{resources: {}}}]}}".format,
    st.sampled_from(["None", "Metadata", "Request", "RequestResponse"]),
    some(["jane", "system:node:a", "system:apiserver"]),
    some(["devs", "system:authenticated", "system:nodes", "system:serviceaccounts"]),
    some(["get", "create", "update"]),
    some(["a", "b"]),
    some(["secrets", "pods", "pods/exec", "pods/*", "*", "configmaps"]),
)
WHOSE = [
    *map(someone, ["jane", "bob", "system:node:a", "system:apiserver", "system:serviceaccount:a:b"]),
    Who("jane", ("system:authenticated", "devs")),
    Who("bob", ("system:authenticated", "devs")),
]


@settings(max_examples=60)
@given(st.lists(RULES, min_size=1, max_size=5))
def test_no_secret_is_spilt_and_no_command_dropped_without_a_finding(rules: list[str]) -> None:
    """Whoever asks, in whatever namespace: if a rule records content or drops a command, that rule is named."""
    one = policy(*rules)
    named = {(hit.id, hit.path[-1]) for hit in coverage(one)}
    for who, verb, namespace in product(WHOSE, ("get", "create", "update"), ("a", "c")):
        kept = decide(one, request(who, verb, What("", "secrets"), namespace))
        spilt = kept.level == "RequestResponse" or (kept.level == "Request" and verb != "get")
        assert not spilt or ("KAP203", kept.rule) in named
        command = decide(one, request(who, verb, What("", "pods", "exec"), namespace))
        client = who.user in ("jane", "bob", "system:serviceaccount:a:b") and verb != "update"
        dropped = command.level == "None" and command.rule is not None and client
        assert not dropped or ("KAP201", command.rule) in named
