"""NetworkPolicies: each selects pods, and lets through what the pods need.

A pod that a policy selects takes and sends only what some policy allows, so each port that a Service targets must be let in.
(The kubelet's probes come from the pod's own node, which is always let in.) Selectors of namespaces that are not rendered cannot be judged, and are left alone unless they ask for a
label that only ours have.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from audit.problems import Path
from generator.findings import Finding
from generator.objects import Object, Pod, dig, items, mapping, pods, selects

CHECK = "network"

OURS = "app.kubernetes.io/part-of", "app.kubernetes.io/name"
"""Labels by which rendered namespaces are told from others."""


def check(objects: Sequence[Object]) -> Iterator[Finding]:
    """Find policies that select nothing, peers that are not there, and ports that no policy lets in."""
    runs = pods(list(objects))
    spaces = {one.name: one.labels for one in objects if one.kind == "Namespace"}
    policies = [one for one in objects if one.kind == "NetworkPolicy"]
    for policy in policies:
        found = _selected(policy, runs)
        if not found:
            want = f"pods in {policy.namespace} to select"
            path = ("spec", "podSelector")
            yield policy.finding(CHECK, path, want, "a selector that selects none", "compare it with their labels")
        for way, peer in (("ingress", "from"), ("egress", "to")):
            for at, rule in enumerate(items(policy.dig("spec", way))):
                yield from _peers(policy, ("spec", way, at, peer), mapping(rule), runs, spaces)
    for pod in runs:
        yield from _let_in(pod, [policy for policy in policies if pod in _selected(policy, runs)], objects)


def _selected(policy: Object, runs: Sequence[Pod]) -> list[Pod]:
    selector = policy.dig("spec", "podSelector")
    return [pod for pod in runs if pod.namespace == policy.namespace and selects(selector, pod.labels)]


def _peers(
    policy: Object, path: Path, rule: Mapping[str, Any], runs: Sequence[Pod], spaces: Mapping[str, Any]
) -> Iterator[Finding]:
    for at, one in enumerate(items(rule.get(str(path[-1])))):
        where = (*path, at)
        selector = dig(one, "namespaceSelector")
        reached = (
            [policy.namespace] if selector is None else [name for name in spaces if selects(selector, spaces[name])]
        )
        if "ipBlock" in mapping(one):
            continue
        if not reached and _meant_for_us(selector):
            want = f"a rendered namespace to select: {', '.join(spaces)}"
            cure = "compare it with their labels"
            yield policy.finding(CHECK, (*where, "namespaceSelector"), want, "a selector that selects none", cure)
        below = dig(one, "podSelector")
        there = [pod for pod in runs if pod.namespace in reached and selects(below or {}, pod.labels)]
        everywhere = selector is not None and not selector
        if reached and below is not None and not there and not everywhere:
            want = f"pods in {', '.join(reached)} to select"
            cure = "compare it with their labels"
            yield policy.finding(CHECK, (*where, "podSelector"), want, "a selector that selects none", cure)
        if path[-1] == "to" and there:
            yield from _sent(policy, path[:-1], rule, there)


def _meant_for_us(selector: Any) -> bool:
    return any(key in OURS for key in mapping(dig(selector, "matchLabels")))


def _sent(policy: Object, path: Path, rule: Mapping[str, Any], there: Sequence[Pod]) -> Iterator[Finding]:
    """Find a port that is let out to pods that do not have it."""
    known = {port for pod in there for port in pod.ports}
    for at, port in enumerate(items(rule.get("ports"))):
        number = dig(port, "port")
        if number not in known and dig(port, "endPort") is None:
            want = f"a port of {', '.join(sorted({pod.owner.name for pod in there}))}"
            yield policy.finding(CHECK, (*path, "ports", at, "port"), want, repr(number), "correct the port")


def _let_in(pod: Pod, policies: Sequence[Object], objects: Sequence[Object]) -> Iterator[Finding]:
    """Find ports that are asked from outside of the pod and that no policy of the pod's lets in."""
    closing = [policy for policy in policies if "Ingress" in (items(policy.dig("spec", "policyTypes")) or ["Ingress"])]
    if not closing:
        return
    rules = [mapping(rule) for policy in closing for rule in items(policy.dig("spec", "ingress"))]
    for path, port in _asked(pod, objects):
        number = pod.ports.get(port, port)
        if not any(_lets(rule, number, pod) for rule in rules):
            want = f"the port {port!r} let in by the NetworkPolicy of these pods"
            yield pod.owner.finding(CHECK, path, want, "no rule for it", "add it to the policy's ingress")


def _lets(rule: Mapping[str, Any], number: Any, pod: Pod) -> bool:
    ports = items(rule.get("ports"))
    return not ports or any(pod.ports.get(dig(port, "port"), dig(port, "port")) == number for port in ports)


def _asked(pod: Pod, objects: Sequence[Object]) -> Iterator[tuple[Path, str | int]]:
    """Yield the ports of the pod that Services target, each once."""
    seen: set[str | int] = set()
    for one in objects:
        labels = one.dig("spec", "selector")
        chosen = labels and selects({"matchLabels": labels}, pod.labels)
        if one.kind == "Service" and one.namespace == pod.namespace and chosen:
            for port in items(one.dig("spec", "ports")):
                target = dig(port, "targetPort") or dig(port, "port")
                if target not in seen:
                    seen.add(target)
                    yield pod.path, target
