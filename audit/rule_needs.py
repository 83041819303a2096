"""What a detection rule needs of an audit policy: the requests that it is about, read off what it demands of them.

A rule that leaves something open is asked about with samples: some resources, some verbs, a person and a service account. So
what is found is true, and what is not found may still be missing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from audit.predicates import Among, Every, Predicate, Present, Some, demanded
from audit.probes import KINDS, Detection, Probe, taken_apart, written
from audit.resources import groups_of
from audit.rules import Counting, Rule, Told
from audit.sight import Miss

_ELSEWHERE = frozenset({"extensions", "metrics.k8s.io"})
"""Groups of old, and of others, that serve resources by the names of today's."""
_ABOUT = ("objectRef.resource", "verb", "audit.actorKind", "audit.actor")
"""What makes a rule one about certain requests, and not about any that comes in a certain way."""
_CLIENTS = ("human", "serviceaccount")


def detection(one: Told) -> Detection:
    """Return what a rule needs, as the question that can be put to a policy."""
    rules = one.rules if isinstance(one, Counting) else (one,)
    level: Literal["Metadata", "Request"] = "Metadata" if one.level == "Metadata" else "Request"
    first = rules[0].predicate
    return Detection(
        one.name,
        one.about.title,
        resources=tuple(dict.fromkeys(name for rule in rules for name in _resources(rule))),
        verbs=_of(first, "verb"),
        verdicts=_of(first, "audit.verdict") or ("allowed",),
        kinds=tuple(kind for kind in _of(first, "audit.actorKind") or _CLIENTS if kind in KINDS) or _CLIENTS,
        names=_of(first, "objectRef.name"),
        level=level,
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """Requests of one actor: its kind, its label among the identities, the verb, and what about, as kubectl writes it or a path."""

    kind: str
    actor: str
    label: str
    verb: str
    about: str


def concerns(one: Told, asked: Asked) -> bool:
    """Tell whether a rule looks at such requests.

    A rule that says nothing of them, only how a request comes (from where, with which client, in whose name), looks at none in particular.
    """
    rules = one.rules if isinstance(one, Counting) else (one,)
    return any(_looks_at(rule.predicate, asked) for rule in rules)


def _looks_at(predicate: Predicate, asked: Asked) -> bool:
    is_path = asked.about.startswith("/")
    group, resource, subresource = ("", "", "") if is_path else taken_apart(asked.about)
    request = {
        "objectRef.apiGroup": group,
        "objectRef.resource": resource,
        "objectRef.subresource": subresource,
        "verb": asked.verb,
        "audit.actorKind": asked.kind,
        "audit.actor": asked.actor,
        "audit.actorLabel": asked.label,
    }
    wanted = {name: demanded(predicate, name) for name in (*request, "audit.verdict", "audit.sourceClass")}
    if wanted["audit.sourceClass"] is not None or all(wanted[name] is None for name in _ABOUT):
        return False
    if (asked.actor and wanted["audit.verdict"] == frozenset({"denied_authn"})) or (
        is_path and _wants_object(predicate)
    ):
        return False  # a failed login has no actor
    return all(only is None or request[name].lower() in only for name, only in wanted.items() if name in request)


def _wants_object(predicate: Predicate) -> bool:
    """Tell whether a predicate cannot hold of a path that is no resource."""
    match predicate:
        case Every():
            return any(map(_wants_object, predicate.parts))
        case Some():
            return all(map(_wants_object, predicate.parts))
        case Among() | Present():
            return predicate.field.name.startswith("objectRef.")
        case _:
            return False


def cure(level: str, misses: Sequence[Miss]) -> str:
    """Return the smallest change of a policy that shows what is missed, in words: a rule to put first, or stages to keep."""
    omitted = sorted({stage for one in misses if one.why.startswith("the stage") for stage in one.probe.stages})
    others = [one.probe for one in misses if not one.why.startswith("the stage")]
    parts = [f"take {' and '.join(omitted)} out of omitStages"] if omitted else []
    if others:
        verbs = ", ".join(dict.fromkeys(probe.verb for probe in others))
        parts.append(f"put first: {{level: {level}, verbs: [{verbs}], resources: [{_in_policy(others)}]}}")
    return "; ".join(parts)


def _in_policy(probes: Sequence[Probe]) -> str:
    """Return the resources of requests as a rule of a policy lists them."""
    groups: dict[str, dict[str, None]] = {}
    for probe in probes:
        name = f"{probe.resource}/{probe.subresource}" if probe.subresource else probe.resource
        groups.setdefault(probe.group, {})[name] = None
    return ", ".join(f'{{group: "{group}", resources: [{", ".join(names)}]}}' for group, names in groups.items())


def _resources(rule: Rule) -> Iterable[str]:
    """Yield what a rule is about as kubectl writes it."""
    subresources = _of(rule.predicate, "objectRef.subresource") or ("",)
    groups = _of(rule.predicate, "objectRef.apiGroup")
    for resource, subresource in product(_of(rule.predicate, "objectRef.resource"), subresources):
        known = [group for group in groups_of(resource) if group not in _ELSEWHERE]
        for group in groups or known or ("",):
            yield written(group, resource, subresource)


def _of(predicate: Predicate, name: str) -> tuple[str, ...]:
    return tuple(sorted(demanded(predicate, name) or ()))
