"""What a policy decides for a request, as the API server decides it; a disagreement with the API server is a bug here.

After kubernetes/apiserver `pkg/audit/policy/checker.go` of each release. The first rule that matches decides; a rule
matches where every list that is not empty matches. Before 1.10 there were no wildcards in resources; before 1.9 the lists of
users and groups were passed over where nobody was authenticated.
"""

from dataclasses import dataclass

from audit.attributes import Attributes
from audit.policy import GroupResources, Policy, Rule
from audit.releases import NEWEST, minor

_MANY, _LONG = 3, 60
"""Entries of a list that a sentence names, and the characters of each."""
_WILDCARDS, _STRICT_USERS, _ALL_GROUPS = 10, 9, 36


@dataclass(frozen=True, slots=True)
class Decision:
    """What is recorded of a request."""

    level: str
    """One of `audit.policy.LEVELS`."""
    omit_stages: frozenset[str] = frozenset()
    """The stages at which nothing is written, the policy's own included."""
    omit_managed_fields: bool = False
    rule: int | None = None
    """The index of the rule that decided; None where none matched."""

    def records(self, stage: str) -> bool:
        """Whether an event is written at a stage."""
        return self.level != "None" and stage not in self.omit_stages


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One list of a rule that a request does not meet."""

    key: str
    """The rule's key, as in the file: `users`, `verbs`, `resources`, ..."""
    wanted: tuple[str, ...]
    """What the rule lists; an entry of `resources` as `GROUP: RESOURCES`."""
    got: str
    """What the request has, in words."""

    def __str__(self) -> str:
        wanted = ", ".join(one if len(one) <= _LONG else f"{one[:_LONG]}..." for one in self.wanted[:_MANY])
        more = f" and {len(self.wanted) - _MANY} more" if len(self.wanted) > _MANY else ""
        return f"{self.key}: wants {wanted or 'none'}{more}, the request has {self.got}"


def decide(policy: Policy, request: Attributes) -> Decision:
    """Return what a policy decides, as the release does for which it was read."""
    release = minor(policy.version or NEWEST)
    for index, rule in enumerate(policy.rules):
        if _matches(rule, request, release):
            return decision_of(policy, index)
    return Decision("None", frozenset(policy.omit_stages), policy.omit_managed_fields)


def decision_of(policy: Policy, index: int) -> Decision:
    """Return what one rule decides where it is the first to match."""
    rule = policy.rules[index]
    stages = frozenset(policy.omit_stages + rule.omit_stages)
    managed = policy.omit_managed_fields if rule.omit_managed_fields is None else rule.omit_managed_fields
    return Decision(rule.level, stages, managed, index)


def matches(policy: Policy, index: int, request: Attributes) -> bool:
    """Whether one rule matches a request, whatever the rules before it say."""
    return _matches(policy.rules[index], request, minor(policy.version or NEWEST))


def mismatches(policy: Policy, index: int, request: Attributes) -> list[Mismatch]:
    """Return why one rule does not match a request: every list that the request does not meet, or []."""
    rule, release = policy.rules[index], minor(policy.version or NEWEST)
    found = [Mismatch("users", rule.users, _user(request))] if not _user_matches(rule, request, release) else []
    if not _groups_match(rule, request, release):
        found.append(Mismatch("userGroups", rule.user_groups, _groups(request)))
    if rule.verbs and request.verb not in rule.verbs:
        found.append(Mismatch("verbs", rule.verbs, request.verb))
    if rule.namespaces and not (request.is_resource and request.namespace in rule.namespaces):
        found.append(Mismatch("namespaces", rule.namespaces, _namespace(request)))
    if rule.resources and not (request.is_resource and _any_resource(rule.resources, request, release)):
        found.append(Mismatch("resources", tuple(map(_written, rule.resources)), _resource(request)))
    if _asks_for_urls(rule) and not _url_matches(rule, request):
        got = _resource(request) if request.is_resource else f"the path {request.path}"
        found.append(Mismatch("nonResourceURLs", rule.non_resource_urls, got))
    return found


def _matches(rule: Rule, request: Attributes, release: int) -> bool:
    if not (_user_matches(rule, request, release) and _groups_match(rule, request, release)):
        return False
    if rule.verbs and request.verb not in rule.verbs:
        return False
    if rule.namespaces or rule.resources:
        if not request.is_resource or (rule.namespaces and request.namespace not in rule.namespaces):
            return False
        return not rule.resources or _any_resource(rule.resources, request, release)
    return not rule.non_resource_urls or _url_matches(rule, request)


def _user_matches(rule: Rule, request: Attributes, release: int) -> bool:
    if not rule.users or (request.user is None and release < _STRICT_USERS):
        return True
    return request.user is not None and request.user in rule.users


def _groups_match(rule: Rule, request: Attributes, release: int) -> bool:
    if not rule.user_groups or (request.user is None and release < _STRICT_USERS):
        return True
    return request.user is not None and any(group in rule.user_groups for group in request.groups)


def _any_resource(entries: tuple[GroupResources, ...], request: Attributes, release: int) -> bool:
    return any(_entry_matches(entry, request, release) for entry in entries)


def _entry_matches(entry: GroupResources, request: Attributes, release: int) -> bool:
    if entry.group != request.api_group and (entry.group != "*" or release < _ALL_GROUPS):
        return False
    if not entry.resources:
        return True
    if entry.resource_names and request.name not in entry.resource_names:
        return False
    return any(_spec_matches(spec, request, release) for spec in entry.resources)


def _spec_matches(spec: str, request: Attributes, release: int) -> bool:
    """Match `pods`, `pods/exec`; from 1.10 also `*`, `*/status`, and `pods/*`, which takes in `pods` itself."""
    resource, subresource = request.resource, request.subresource
    if spec == (f"{resource}/{subresource}" if subresource else resource):
        return True
    if release < _WILDCARDS:
        return False
    return spec in ("*", f"{resource}/*") or (subresource != "" and spec == f"*/{subresource}")


def _asks_for_urls(rule: Rule) -> bool:
    return bool(rule.non_resource_urls) and not (rule.namespaces or rule.resources)


def _url_matches(rule: Rule, request: Attributes) -> bool:
    return not request.is_resource and any(_path_matches(request.path, spec) for spec in rule.non_resource_urls)


def _path_matches(path: str, spec: str) -> bool:
    return spec in ("*", path) or (spec.endswith("*") and path.startswith(spec.rstrip("*")))


def _user(request: Attributes) -> str:
    return "no user" if request.user is None else request.user


def _groups(request: Attributes) -> str:
    return ", ".join(request.groups) if request.user is not None and request.groups else "no groups"


def _namespace(request: Attributes) -> str:
    if not request.is_resource:
        return "no resource"
    return request.namespace or "no namespace"


def _resource(request: Attributes) -> str:
    if not request.is_resource:
        return "no resource"
    spec = f"{request.resource}/{request.subresource}" if request.subresource else request.resource
    group = f"of {request.api_group}" if request.api_group else "of the core group"
    return f"{spec} {group}" + (f" named {request.name}" if request.name else " without a name in its URL")


def _written(entry: GroupResources) -> str:
    """Write an entry of `resources` on one line: `apps: deployments, */scale named web`."""
    text = f"{entry.group or 'core'}: {', '.join(entry.resources) or 'all'}"
    return f"{text} named {', '.join(entry.resource_names)}" if entry.resource_names else text
