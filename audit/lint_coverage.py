"""What a policy loses or spills: commands, failed logins, secrets' content; and the noise that it keeps.

Every check asks the policy about requests, so it sees the order of the rules as the API server does.
"""

from collections.abc import Callable, Iterator

from audit.attributes import Attributes
from audit.deciding import Decision, decide, decision_of
from audit.lint_patterns import Hit
from audit.lint_requests import (
    ANONYMOUS,
    NOBODY,
    PERSON,
    What,
    decided_by,
    request,
    samples,
    samples_of,
    someone,
)
from audit.policy import Policy, Rule
from audit.problems import Path

STREAMS = (What("", "pods", "exec"), What("", "pods", "attach"), What("", "pods", "portforward"))
"""What goes into a pod past the API server; `get` over WebSocket, `create` over SPDY."""

CHANGES = ("create", "update", "patch")
SECRETS = (
    What("", "secrets"),
    What("", "configmaps"),
    What("", "serviceaccounts", "token"),
    What("authentication.k8s.io", "tokenreviews"),
)
"""What is never to be recorded with content."""

_ONLY_CREATED = SECRETS[2:]
_RECORD_COMMANDS = "record pods/exec, pods/attach and pods/portforward at Metadata in a rule before it"
_CONTROLLER = someone("system:serviceaccount:kube-system:endpointslice-controller")
_KUBELET = someone("system:node:worker-1")


def coverage(policy: Policy) -> Iterator[Hit]:
    """Yield what the policy loses, spills, or keeps in vain."""
    yield from _commands(policy)
    yield from _secrets(policy)
    yield from _failed_logins(policy)
    yield from _request_received(policy)
    yield from _noise(policy)


def place(decision: Decision) -> Path:
    """Return where a decision was made: the rule, or the list of rules where none matched."""
    return ("rules",) if decision.rule is None else ("rules", decision.rule)


def _commands(policy: Policy) -> Iterator[Hit]:
    for index, rule in enumerate(policy.rules):
        if rule.level == "None":
            asked = (one for what in STREAMS for one in samples_of(policy, index, what) if _is_client(one.user))
            streams = (one for one in asked if one.verb in ("get", "create"))
            if one := next(decided_by(policy, index, streams), None):
                over = ", which over WebSocket is a command or a tunnel" if one.verb == "get" else ""
                message = f"this rule drops {one.verb} of pods/{one.subresource}{over}"
                yield Hit("KAP201", ("rules", index), message, _RECORD_COMMANDS)
    lost = [what for what in STREAMS if decide(policy, request(PERSON, "create", what)).rule is None]
    named = next((index for index, rule in enumerate(policy.rules) if _records_pods(rule)), None)
    if lost and named is not None:
        message = f"this rule records pods, and no rule records {', '.join(map(str, lost))}"
        yield Hit("KAP202", ("rules", named), message, f"add {', '.join(map(str, lost))} to its resources")


def _is_client(user: str | None) -> bool:
    """Tell whether a user may be anybody's: not a part of the control plane, of which nobody expects commands."""
    account = user is not None and user.startswith("system:serviceaccount:")
    return user is not None and (account or user == ANONYMOUS.user or not user.startswith("system:"))


def _records_pods(rule: Rule) -> bool:
    return rule.level != "None" and any(entry.group == "" and "pods" in entry.resources for entry in rule.resources)


def _secrets(policy: Policy) -> Iterator[Hit]:
    for index, rule in enumerate(policy.rules):
        spilt = [str(what) for what in SECRETS if any(map(rule_spills(rule), decided(policy, index, what)))]
        if spilt:
            message = f"this rule records {', '.join(spilt)} at {rule.level}, with content"
            yield Hit("KAP203", ("rules", index), message, "record them at Metadata in a rule before it")


def rule_spills(rule: Rule) -> Callable[[Attributes], bool]:
    """Return the test whether a request that a rule decides is recorded with an object's content.

    At Request that is what was sent: nothing for a read, options for a deletion.
    """
    match rule.level:
        case "RequestResponse":
            return lambda _: True
        case "Request":
            return lambda one: one.verb in CHANGES
        case _:
            return lambda _: False


def decided(policy: Policy, index: int, what: What) -> Iterator[Attributes]:
    """Yield requests about a resource that one rule decides; a token is only ever created."""
    asked = samples_of(policy, index, what)
    return decided_by(policy, index, (one for one in asked if one.verb == "create" or what not in _ONLY_CREATED))


def _failed_logins(policy: Policy) -> Iterator[Hit]:
    """Find the places at which failed logins are lost, of which a policy may have several."""
    pods, secrets = What("", "pods"), What("", "secrets")
    questions = [
        request(NOBODY, verb, what) for what in (pods, secrets) for verb in ("list", "get", "create", "delete")
    ]
    questions.append(Attributes("get", path="/api"))
    told = set()
    for question in questions:
        decision = decide(policy, question)
        if decision.records("ResponseStarted") or (where := _loss(policy, decision)) in told:
            continue
        told.add(where)
        yield _lost_login(decision, where)


def _loss(policy: Policy, decision: Decision) -> Path:
    if decision.level == "None":
        return place(decision)
    return ("omitStages",) if "ResponseStarted" in policy.omit_stages else (*place(decision), "omitStages")


def _lost_login(decision: Decision, where: Path) -> Hit:
    if decision.level != "None":
        message = "ResponseStarted is omitted, the only stage at which a failed login (401) is recorded"
        return Hit("KAP204", where, message, "omit RequestReceived only")
    if decision.rule is None:
        message = "no rule matches a failed login (401), which has no user"
        return Hit("KAP204", where, message, "end with a rule without users and userGroups, at Metadata")
    message = "this rule drops failed logins (401) as well"
    return Hit(
        "KAP204", where, message, "name userGroups: [system:authenticated] in it, which a failed login is not in"
    )


def _request_received(policy: Policy) -> Iterator[Hit]:
    for index, rule in enumerate(policy.rules):
        decides = any(decided_by(policy, index, samples(policy, index)))
        if rule.level != "None" and decides and decision_of(policy, index).records("RequestReceived"):
            message = "RequestReceived is recorded: twice the events, and it has no result"
            yield Hit("KAP205", ("rules", index), message, "write omitStages: [RequestReceived] for the whole policy")
            return


def _noise(policy: Policy) -> Iterator[Hit]:
    leases, slices = What("coordination.k8s.io", "leases"), What("discovery.k8s.io", "endpointslices")
    noise: dict[str, tuple[Attributes, ...]] = {
        "leases (heartbeats of nodes, leader election)": (
            request(_KUBELET, "update", leases, "kube-node-lease"),
            request(someone("system:kube-scheduler"), "update", leases, "kube-system", "kube-scheduler"),
        ),
        "endpointslices as controllers write them": (request(_CONTROLLER, "update", slices),),
        "events": (request(_KUBELET, "create", What("", "events")),),
        "events.events.k8s.io": (request(someone("system:kube-scheduler"), "create", What("events.k8s.io", "events")),),
        "health checks": tuple(
            Attributes("get", who.user, who.groups, path=path)
            for who in (ANONYMOUS, PERSON)
            for path in ("/healthz", "/livez", "/readyz")
        ),
    }
    for name, requests in noise.items():
        kept = next((one for one in requests if decide(policy, one).level != "None"), None)
        if kept:
            message = f"{name} are recorded"
            yield Hit("KAP206", place(decide(policy, kept)), message, "drop them at level None in a rule before it")
