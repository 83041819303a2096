"""Selectors that must select something: workloads, Services, budgets, autoscalers, monitors.

A selector that selects nothing is no error for the API server, and nothing then says why no traffic comes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from audit.problems import Path
from generator.findings import Finding
from generator.objects import Object, Pod, dig, items, pods, selects

CHECK = "selectors"


def check(objects: Sequence[Object]) -> Iterator[Finding]:
    """Find selectors that select nothing, and ports that nothing selected has."""
    runs = pods(list(objects))
    for one in objects:
        if checked := _CHECKS.get(one.kind):
            yield from checked(one, runs, objects)


def _workload(one: Object, runs: Sequence[Pod], _: Sequence[Object]) -> Iterator[Finding]:
    selector = one.dig("spec", "selector")
    (own,) = (pod for pod in runs if pod.owner is one) if any(pod.owner is one for pod in runs) else (None,)
    if own and selector is not None and not selects(selector, own.labels):
        want = "labels of the pod template"
        cure = "make them equal: the API server refuses the object"
        yield one.finding(CHECK, ("spec", "selector"), want, "others", cure)


def _service(one: Object, runs: Sequence[Pod], _: Sequence[Object]) -> Iterator[Finding]:
    labels = one.dig("spec", "selector")
    if not labels:
        return
    found = [pod for pod in runs if pod.namespace == one.namespace and selects({"matchLabels": labels}, pod.labels)]
    if not found:
        yield _nothing(one, ("spec", "selector"), f"pods in {one.namespace}")
    for at, port in enumerate(items(one.dig("spec", "ports"))):
        target = dig(port, "targetPort") or dig(port, "port")
        for pod in found:
            if target not in pod.ports:
                want = f"a port of {pod.owner.kind} {pod.owner.name}: {_names(pod.ports)}"
                yield one.finding(CHECK, ("spec", "ports", at), want, repr(target), "correct targetPort")


def _budget(one: Object, runs: Sequence[Pod], _: Sequence[Object]) -> Iterator[Finding]:
    if not any(pod.namespace == one.namespace and selects(one.dig("spec", "selector"), pod.labels) for pod in runs):
        yield _nothing(one, ("spec", "selector"), f"pods in {one.namespace}")


def _autoscaler(one: Object, _: Sequence[Pod], objects: Sequence[Object]) -> Iterator[Finding]:
    kind, name = one.dig("spec", "scaleTargetRef", "kind"), one.dig("spec", "scaleTargetRef", "name")
    path: Path = ("spec", "scaleTargetRef", "name")
    found = [other for other in objects if (other.kind, other.namespace, other.name) == (kind, one.namespace, name)]
    if not found:
        yield one.finding(CHECK, path, f"a {kind} in {one.namespace}", repr(name), "correct the name")
    for other in found:
        if other.dig("spec", "replicas") is not None:
            want = f"no replicas in the {kind} that {one.kind} {one.name} scales"
            cure = "take them out: each apply would undo the scaling"
            yield other.finding(CHECK, ("spec", "replicas"), want, str(other.dig("spec", "replicas")), cure)


def _pod_monitor(one: Object, runs: Sequence[Pod], _: Sequence[Object]) -> Iterator[Finding]:
    spaces = _spaces(one)
    found = [pod for pod in runs if pod.namespace in spaces and selects(one.dig("spec", "selector"), pod.labels)]
    if not found:
        yield _nothing(one, ("spec", "selector"), f"pods in {', '.join(spaces)}")
        return
    for at, endpoint in enumerate(items(one.dig("spec", "podMetricsEndpoints"))):
        yield from _endpoint(
            one, ("spec", "podMetricsEndpoints", at, "port"), endpoint, {n for p in found for n in p.ports}
        )


def _service_monitor(one: Object, _: Sequence[Pod], objects: Sequence[Object]) -> Iterator[Finding]:
    spaces, selector = _spaces(one), one.dig("spec", "selector")
    services = [other for other in objects if other.kind == "Service" and other.namespace in spaces]
    found = [other for other in services if selects(selector, other.labels)]
    if not found:
        yield _nothing(one, ("spec", "selector"), f"Services in {', '.join(spaces)}")
        return
    named = {dig(port, "name") for other in found for port in items(other.dig("spec", "ports"))}
    for at, endpoint in enumerate(items(one.dig("spec", "endpoints"))):
        yield from _endpoint(one, ("spec", "endpoints", at, "port"), endpoint, named)


def _endpoint(one: Object, path: Path, endpoint: object, named: set[str | int]) -> Iterator[Finding]:
    port = dig(endpoint, "port")
    if port is not None and port not in named:
        yield one.finding(CHECK, path, f"a port by name: {_names(named)}", repr(port), "correct the name")


def _spaces(one: Object) -> list[str]:
    return [str(name) for name in items(one.dig("spec", "namespaceSelector", "matchNames"))] or [one.namespace]


def _nothing(one: Object, path: Path, what: str) -> Finding:
    cure = "compare it with their labels"
    return one.finding(CHECK, path, f"{what} to select", "a selector that selects none", cure)


def _names(ports: Mapping[str | int, int] | set[str | int]) -> str:
    return ", ".join(sorted(str(name) for name in ports if isinstance(name, str))) or "it names none"


Check = Callable[[Object, Sequence[Pod], Sequence[Object]], Iterator[Finding]]
_CHECKS: Mapping[str, Check] = {
    "DaemonSet": _workload,
    "Deployment": _workload,
    "HorizontalPodAutoscaler": _autoscaler,
    "PodDisruptionBudget": _budget,
    "PodMonitor": _pod_monitor,
    "Service": _service,
    "ServiceMonitor": _service_monitor,
    "StatefulSet": _workload,
}
