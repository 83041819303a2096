"""What single words of a policy show: stars where none is read, resources under the wrong group, verbs that do not exist.

Every function yields `Hit`s in the order of the policy; none asks the policy about requests, that is `lint_coverage`'s and
`lint_shadow`'s business.
"""

import difflib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from audit import resources
from audit.policy import GroupResources, Policy, Rule
from audit.problems import Path
from audit.releases import at_least


class Hit(NamedTuple):
    """A finding that does not know its line yet: the id, where in the document, what is so, how to cure it."""

    id: str
    path: Path
    message: str
    cure: str


def words(policy: Policy) -> Iterator[Hit]:
    """Yield what is wrong with the words of every rule."""
    for index, rule in enumerate(policy.rules):
        path: Path = ("rules", index)
        yield from _stars(rule, path)
        yield from _verbs(rule, path)
        for place, entry in enumerate(rule.resources):
            yield from _entry(entry, (*path, "resources", place), rule)
            if policy.version and not at_least(policy.version, "1.10"):
                yield from _patterns_before_their_time(entry, (*path, "resources", place))


def _stars(rule: Rule, path: Path) -> Iterator[Hit]:
    lists = {
        "users": rule.users,
        "userGroups": rule.user_groups,
        "verbs": rule.verbs,
        "namespaces": rule.namespaces,
    }
    for key, values in lists.items():
        yield from _stars_in(key, values, (*path, key))


def _stars_in(key: str, values: Sequence[str], path: Path) -> Iterator[Hit]:
    for place, value in enumerate(values):
        if "*" in value:
            cure = f"leave {key} out to match all" if value == "*" else "write the names one by one"
            yield Hit("KAP103", (*path, place), f"{value!r} is compared letter by letter and matches nothing", cure)


def _verbs(rule: Rule, path: Path) -> Iterator[Hit]:
    if rule.non_resource_urls:
        fitting: tuple[str, ...] = resources.URL_VERBS
    elif rule.resources or rule.namespaces:
        fitting = (*resources.RESOURCE_VERBS, "proxy")
    else:
        fitting = (*resources.RESOURCE_VERBS, "proxy", *resources.URL_VERBS)
    for place, verb in enumerate(rule.verbs):
        if verb not in fitting and "*" not in verb:
            yield Hit(
                "KAP107", (*path, "verbs", place), f"no request has the verb {verb!r} here", _verb_cure(verb, fitting)
            )


def _verb_cure(verb: str, fitting: tuple[str, ...]) -> str:
    meant = resources.FOREIGN_VERBS.get(verb.lower())
    near = [meant] if meant in fitting else difflib.get_close_matches(verb.lower(), fitting, 1)
    return f"did you mean {near[0]!r}?" if near else f"write one of {', '.join(dict.fromkeys(fitting))}"


def _entry(entry: GroupResources, path: Path, rule: Rule) -> Iterator[Hit]:
    yield from _stars_in("resourceNames", entry.resource_names, (*path, "resourceNames"))
    for place, spec in enumerate(entry.resources):
        here: Path = (*path, "resources", place)
        resource, slash, subresource = spec.partition("/")
        if _is_useless(resource, slash, subresource):
            cure = "write '*', which covers subresources" if spec == "*/*" else "write '*', RESOURCE/* or */SUBRESOURCE"
            yield Hit("KAP104", here, f"{spec!r} is no pattern and matches nothing", cure)
        elif resource != "*" and resources.is_group(entry.group):
            yield from _known(entry.group, resource, subresource, here)
    yield from _never_named(entry, path, rule)


def _is_useless(resource: str, slash: str, subresource: str) -> bool:
    """Tell whether a star stands where the API server reads none, or a slash is one too many."""
    stars = "*" in resource.strip("*") or resource.count("*") > 1 or ("*" in resource and resource != "*")
    below = ("*" in subresource and subresource != "*") or "/" in subresource
    return stars or below or (resource == subresource == "*") or bool(slash and not (resource and subresource))


def _known(group: str, resource: str, subresource: str, path: Path) -> Iterator[Hit]:
    if not resources.is_served(group, resource):
        yield _misplaced(group, resource, path)
    elif subresource not in ("", "*", *resources.subresources(group, resource)):
        near = difflib.get_close_matches(subresource, sorted(resources.subresources(group, resource)), 1)
        cure = f"did you mean '{resource}/{near[0]}'?" if near else "remove it"
        yield Hit("KAP106", path, f"{resource} of {_called(group)} has no subresource {subresource!r}", cure)


def _misplaced(group: str, resource: str, path: Path) -> Hit:
    homes = resources.groups_of(resource)
    if homes:
        cure = f"write group: {homes[0] or repr('')}"
        served = f"{resource} are served by {' and '.join(map(_called, homes))}"
        return Hit("KAP105", path, f"{_called(group)} has no {resource}, so this never matches: {served}", cure)
    near = _near(group, resource)
    cure = f"did you mean {near!r}?" if near else "remove it, or name the group that serves it"
    return Hit("KAP106", path, f"{_called(group)} has no {resource!r}, so this never matches", cure)


def _near(group: str, resource: str) -> str:
    """Return the resource that is most likely meant: first of this group, then of any, which the cure then names."""
    wanted = resource.lower()
    here = resources.resources(group)
    plural = [name for name in (f"{wanted}s", f"{wanted}es", f"{wanted[:-1]}ies", wanted) if name in here]
    if near := plural or difflib.get_close_matches(wanted, here, 1):
        return near[0]
    everywhere = sorted({name for _, name in resources.known()})
    plural = [name for name in (f"{wanted}s", f"{wanted}es", f"{wanted[:-1]}ies") if name in everywhere]
    near = plural or difflib.get_close_matches(wanted, everywhere, 1, 0.8)
    return f"{near[0]} of {_called(resources.groups_of(near[0])[0])}" if near else ""


def _called(group: str) -> str:
    return group or "the core group"


def _never_named(entry: GroupResources, path: Path, rule: Rule) -> Iterator[Hit]:
    """Find objects of the cluster in a rule that names namespaces: nothing is both."""
    if not rule.namespaces or "" in rule.namespaces:
        return
    for place, spec in enumerate(entry.resources):
        resource = spec.partition("/")[0]
        if resource != "namespaces" and resources.is_cluster_scoped(entry.group, resource):
            message = f"{resource} are in no namespace, and this rule names namespaces"
            yield Hit(
                "KAP108", (*path, "resources", place), message, "make a rule of its own for them, without namespaces"
            )


def _patterns_before_their_time(entry: GroupResources, path: Path) -> Iterator[Hit]:
    for place, spec in enumerate(entry.resources):
        if "*" in spec:
            message = f"before 1.10 {spec!r} is no pattern and matches nothing"
            yield Hit("KAP003", (*path, "resources", place), message, "write the resources one by one, or none for all")
