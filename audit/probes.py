"""Requests that stand for all that a detection rule is about, so that a policy can be asked whether it would record them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

READS = ("get", "list", "watch")

_ACCOUNT = "system:serviceaccount:"
# A user of each kind, as the API server would see one: a policy's rules may name users or groups.
_SAMPLES = {
    "human": ("jane", ("system:authenticated",)),
    "serviceaccount": (
        f"{_ACCOUNT}team:app",
        ("system:serviceaccounts", f"{_ACCOUNT[:-1]}s:team", "system:authenticated"),
    ),
    "anonymous": ("system:anonymous", ("system:unauthenticated",)),
}
KINDS = tuple(_SAMPLES)
"""The kinds of actor of whom there are samples."""

_NOBODY: tuple[str, tuple[str, ...]] = ("", ())
_NAMELESS = frozenset({"create", "list", "watch", "deletecollection"})
_STREAMING = frozenset({"attach", "exec", "log", "portforward", "proxy"})


@dataclass(frozen=True, slots=True)
class Probe:
    """A request that a detection is about; any one of `stages` is enough to see it. Without a user, a failed login."""

    user: str
    groups: tuple[str, ...]
    verb: str
    group: str
    resource: str
    subresource: str
    namespace: str
    name: str
    stages: tuple[str, ...]

    def __str__(self) -> str:
        about = written(self.group, self.resource, self.subresource)
        return f"{self.verb} {about} by {self.user or 'nobody (401)'}"


@dataclass(frozen=True, slots=True)
class Detection:
    """What a detection rule needs of a policy. An empty tuple stands for any.

    `resources` are written as kubectl does, `RESOURCE.GROUP/SUBRESOURCE`; `level` is the least that shows what it looks into.
    """

    id: str
    title: str
    resources: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ("allowed",)
    kinds: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    level: Literal["Metadata", "Request"] = "Metadata"

    def probes(self) -> Iterator[Probe]:
        """Yield requests that the detection must see, of each kind of user and object that it is about."""
        for (user, groups), resource, verb in product(
            self._users(), self.resources or ("pods", "deployments.apps"), self.verbs or READS
        ):
            group, plural, subresource = taken_apart(resource)
            stages = self._stages(verb, subresource)
            nameless = not subresource and verb in _NAMELESS
            for name in ("",) if nameless else self.names or ("some-name",):
                yield Probe(user, groups, verb, group, plural, subresource, "default", name, stages)

    def _users(self) -> list[tuple[str, tuple[str, ...]]]:
        if "denied_authn" in self.verdicts:
            return [_NOBODY]
        return [_SAMPLES[kind] for kind in self.kinds or ("human", "serviceaccount") if kind in _SAMPLES]

    def _stages(self, verb: str, subresource: str) -> tuple[str, ...]:
        if "denied_authn" in self.verdicts:
            return ("ResponseStarted",)
        long_running = verb == "watch" or subresource in _STREAMING
        return ("ResponseStarted", "ResponseComplete") if long_running else ("ResponseComplete",)


def written(group: str, resource: str, subresource: str) -> str:
    """Return `RESOURCE.GROUP/SUBRESOURCE`, without what is empty."""
    name = f"{resource}.{group}" if group else resource
    return f"{name}/{subresource}" if subresource else name


def taken_apart(name: str) -> tuple[str, str, str]:
    """Return group, resource and subresource of what `written` wrote."""
    name, _, subresource = name.partition("/")
    resource, _, group = name.partition(".")
    return group, resource, subresource
