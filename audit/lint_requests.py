"""Requests that stand for all that a rule matches, so that lint can ask a policy instead of comparing names.

A rule's lists only ever add to what it matches, so a value that no rule names is matched by the fewest rules. For what a
rule leaves open, one such value therefore stands for all; for what it names, the names are tried. What no API server ever
sees is left out: an object of the cluster in a namespace, a name in the URL of a `create`.

Groups follow from the user, as authentication adds them: everybody who is authenticated is in system:authenticated but
`system:apiserver`, the API server's own client.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, product
from typing import NamedTuple

from audit.attributes import Attributes
from audit.deciding import decide, matches
from audit.policy import GroupResources, Policy, Rule
from audit.resources import RESOURCE_VERBS, URL_VERBS, is_cluster_scoped, is_served

OTHER = "unnamed-anywhere"
"""What no policy names, as a user, a namespace, an object or a subresource."""

_OTHER_GROUP = f"{OTHER}.example.com"
_OTHER_RESOURCE = OTHER
_ACCOUNT = "system:serviceaccount:"
_ACCOUNTS = "system:serviceaccounts"
_NAMELESS = ("create", "list", "watch", "deletecollection")
_OF_ALL_NAMESPACES = ("list", "watch", "deletecollection")


class Who(NamedTuple):
    """A user with all groups; no user for a failed login."""

    user: str | None
    groups: tuple[str, ...]


class What(NamedTuple):
    """A resource of an API group, or a subresource of it."""

    group: str
    resource: str
    subresource: str = ""

    def __str__(self) -> str:
        name = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{name}/{self.subresource}" if self.subresource else name


NOBODY = Who(None, ())
PERSON = Who(OTHER, ("system:authenticated",))
APISERVER = Who("system:apiserver", ("system:masters",))


def someone(user: str) -> Who:
    """Return a user with the groups that authentication gives it by itself."""
    if user == "system:anonymous":
        return Who(user, ("system:unauthenticated",))
    if user == APISERVER.user:
        return APISERVER
    groups = ["system:authenticated"]
    if user.startswith(_ACCOUNT):
        groups += [_ACCOUNTS, f"{_ACCOUNTS}:{user.removeprefix(_ACCOUNT).partition(':')[0]}"]
    elif user.startswith("system:node:"):
        groups.append("system:nodes")
    return Who(user, tuple(groups))


ACCOUNT = someone(f"{_ACCOUNT}{OTHER}:{OTHER}")
ANONYMOUS = someone("system:anonymous")
ANYTHING = What(_OTHER_GROUP, _OTHER_RESOURCE)


def samples(policy: Policy, index: int) -> Iterator[Attributes]:
    """Yield requests that one rule matches, enough to tell whether any request gets as far as this rule."""
    rule = policy.rules[index]
    found: list[Iterable[Attributes]] = []
    if rule.resources or rule.namespaces or not rule.non_resource_urls:
        entries = rule.resources or (GroupResources(ANYTHING.group),)
        found += [_requests(rule, what, entry) for entry in entries for what in _whats(entry)]
    if not (rule.resources or rule.namespaces):
        found.append(_of_urls(rule))
    return (one for one in chain.from_iterable(found) if matches(policy, index, one))


def samples_of(policy: Policy, index: int, what: What) -> Iterator[Attributes]:
    """Yield requests about one resource that one rule matches, as `samples` does for all."""
    rule = policy.rules[index]
    names = tuple(name for entry in rule.resources for name in entry.resource_names)
    entry = GroupResources(what.group, (what.resource,), names)
    unnamed = GroupResources(what.group, (what.resource,))
    found = (one for each in ((entry, unnamed) if names else (unnamed,)) for one in _requests(rule, what, each))
    return (one for one in found if matches(policy, index, one))


def decided_by(policy: Policy, index: int, requests: Iterable[Attributes]) -> Iterator[Attributes]:
    """Yield the requests that no earlier rule takes."""
    return (one for one in requests if decide(policy, one).rule == index)


def request(who: Who, verb: str, what: What, namespace: str = OTHER, name: str | None = None) -> Attributes:
    """Return a request; without a name it gets one where such a request has one."""
    if name is None:
        name = "" if verb in _NAMELESS and not what.subresource else OTHER
    if is_cluster_scoped(what.group, what.resource):
        namespace = ""
    return Attributes(verb, who.user, who.groups, True, *what, namespace, name)


def _requests(rule: Rule, what: What, entry: GroupResources) -> Iterator[Attributes]:
    verbs = [verb for verb in rule.verbs or RESOURCE_VERBS if verb in (*RESOURCE_VERBS, "proxy")]
    names: tuple[str | None, ...] = entry.resource_names if entry.resources and entry.resource_names else (None,)
    for who, verb, namespace, name in product(_whose(rule), verbs, rule.namespaces or (OTHER, ""), names):
        nameless = verb in ("create", "deletecollection") and not what.subresource
        if not (name and nameless) and _has_namespace(what, verb, namespace):
            yield request(who, verb, what, namespace, name)


def _has_namespace(what: What, verb: str, namespace: str) -> bool:
    """Tell whether such a request may be made in a namespace, or in none."""
    if what.resource == "namespaces" or not is_served(what.group, what.resource):
        return True
    if is_cluster_scoped(what.group, what.resource):
        return not namespace
    return bool(namespace) or verb in _OF_ALL_NAMESPACES


def _of_urls(rule: Rule) -> Iterator[Attributes]:
    paths = [path for url in rule.non_resource_urls or ("*",) for path in _paths(url)]
    verbs = [verb for verb in rule.verbs or URL_VERBS if verb in URL_VERBS]
    for who, verb, path in product(_whose(rule), verbs, paths):
        yield Attributes(verb, who.user, who.groups, path=path)


def _paths(url: str) -> list[str]:
    prefix = url.removesuffix("*")
    if prefix == url:
        return [url]
    return [f"{prefix or '/'}{OTHER}", *([prefix] if prefix else [])]


def _whats(entry: GroupResources) -> Iterator[What]:
    group = _OTHER_GROUP if entry.group == "*" else entry.group
    for spec in entry.resources or ("*",):
        resource, _, subresource = spec.partition("/")
        resource = _OTHER_RESOURCE if resource == "*" else resource
        if subresource == "*":
            yield What(group, resource)
            yield What(group, resource, OTHER)
        else:
            yield What(group, resource, subresource)


def _whose(rule: Rule) -> Iterator[Who]:
    if not (rule.users or rule.user_groups):
        yield from (PERSON, ACCOUNT, ANONYMOUS, APISERVER, NOBODY)
        return
    if not rule.users:
        for group in rule.user_groups:
            yield from _members(group)
        return
    for user in rule.users:
        who = someone(user)
        for more in rule.user_groups or ("",):
            groups = who.groups if more in who.groups or not more else (*who.groups, more)
            yield Who(user, groups)


def _members(group: str) -> Iterator[Who]:
    """Yield who is in a group, with the other groups that this brings."""
    match group.split(":"):
        case ["system", "unauthenticated"]:
            yield ANONYMOUS
        case ["system", "nodes"]:
            yield someone(f"system:node:{OTHER}")
        case ["system", "serviceaccounts"]:
            yield ACCOUNT
        case ["system", "serviceaccounts", namespace]:
            yield someone(f"{_ACCOUNT}{namespace}:{OTHER}")
        case ["system", "authenticated"]:
            yield PERSON
        case _:
            yield Who(OTHER, ("system:authenticated", group))
            if group in APISERVER.groups:
                yield APISERVER
