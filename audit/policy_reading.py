"""The text of a policy file to a `Policy`: what the API server of a release refuses is refused, all of it at once.

After kubernetes/apiserver `pkg/audit/policy/reader.go` and `pkg/apis/audit/validation`. The API server only warns about keys
that it does not know (before 1.26 not even that) and goes on without them; so do we, with a warning for each. A null stands for
the empty value of its kind, as everywhere in Go.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from audit import go_yaml
from audit.checking import Complaint, near
from audit.policy import FIRST, LEVELS, STAGES, GroupResources, Policy, Rule
from audit.policy_shape import fit, policy_shape
from audit.problems import DocumentError, Path, Problem, described, path_text, shown
from audit.releases import NEWEST, at_least, minor

GROUP = "audit.k8s.io"
"""The API group of policies."""

_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


@dataclass(frozen=True, slots=True)
class Reading:
    """A policy that the API server takes, and what it ignores in it."""

    policy: Policy
    warnings: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Findings:
    """What is wrong with data that should be a policy; `policy` is None where there are errors."""

    policy: Policy | None = None
    errors: list[Complaint] = field(default_factory=list)
    warnings: list[Complaint] = field(default_factory=list)


def read(text: str, name: str, version: str = NEWEST) -> Reading:
    """Read a policy file for a release such as `1.36`.

    Raises `DocumentError` with everything that this release's API server refuses, and what it would ignore: a key that is
    missing may be one that is misspelt. Raises `ValueError` for a release before `audit.policy.FIRST`.
    """
    document = go_yaml.parse(text, name)
    found = judged(document.data, version, name, document.lines)
    again = [
        Complaint(path, f"the key once (first on line {line})", "it again", "remove one of the two: the last counts")
        for path, line in document.twice
    ]
    warnings = [*found.warnings, *again]
    if found.policy is None:
        raise DocumentError(_problems([*found.errors, *warnings], document, name))
    return Reading(found.policy, tuple(_problems(warnings, document, name)))


def judged(data: Any, version: str = NEWEST, name: str = "", lines: dict[Path, int] | None = None) -> Findings:
    """Judge a policy that is data already; `lines` are those of the paths ("rules", index), where there are any."""
    if minor(version) < minor(FIRST):
        raise ValueError(version)
    found = Findings()
    _kind(data, version, found.errors)
    known = fit({} if data is None else data, policy_shape(version), (), found.errors, found.warnings)
    if known is None:  # no map at all
        return found
    policy = _Build(version, found.errors, lines or {}).policy(known, name)
    found.policy = None if found.errors else policy
    return found


def _problems(complaints: list[Complaint], document: go_yaml.Read, name: str) -> list[Problem]:
    problems = [
        Problem(name, document.line(one.path), path_text(one.path), one.want, one.got, one.cure) for one in complaints
    ]
    return sorted(problems, key=lambda one: one.line or 0)


def api_versions(version: str) -> list[str]:
    """Return the API versions of policies that a release reads, the newest first."""
    known = [("v1", "1.12", None), ("v1beta1", "1.8", "1.24"), ("v1alpha1", "1.8", "1.24")]
    return [
        f"{GROUP}/{one}"
        for one, first, gone in known
        if at_least(version, first) and not (gone and at_least(version, gone))
    ]


def _kind(data: Any, version: str, errors: list[Complaint]) -> None:
    """Check apiVersion and kind. Their keys are taken in any case; a missing kind is taken for Policy."""
    if not isinstance(data, dict | None):
        return
    for key, allowed, required in (("apiVersion", api_versions(version), True), ("kind", ["Policy"], False)):
        path, value = _any_case(data or {}, key)
        if not isinstance(value, str):
            if path != (key,):  # else its shape is complained about
                errors.append(Complaint(path, "text", described(value), ""))
        elif value not in allowed and (value or required):
            want = allowed[0] if len(allowed) == 1 else "one of " + ", ".join(allowed)
            cure = near(value, allowed) or f"write {key}: {allowed[0]}"
            errors.append(Complaint(path, want, shown(value) if value else "nothing", cure))


def _any_case(data: dict[str, Any], key: str) -> tuple[Path, Any]:
    """Return the last value under a key in any case, in the order of the keys; "" where there is none but null."""
    path, value = key, ""
    for other in sorted(data):
        if other.casefold() == key.casefold() and data[other] is not None:
            path, value = other, data[other]
            if not isinstance(value, str):
                break
    return (path,), value


class _Build:
    """Makes the policy of data of the right shape, and complains as the API server's validation does."""

    def __init__(self, version: str, errors: list[Complaint], lines: dict[Path, int]) -> None:
        self._version = version
        self._errors = errors
        self._lines = lines

    def policy(self, data: dict[str, Any], name: str) -> Policy:
        rules = [self._rule(rule or {}, ("rules", index)) for index, rule in enumerate(data.get("rules") or ())]
        if not rules:
            self._complain(("rules",), "at least one rule", "none", "add one, such as - level: Metadata")
        stages = self._stages(data, ())
        return Policy(tuple(rules), stages, bool(data.get("omitManagedFields")), self._version, name)

    def _rule(self, data: dict[str, Any], path: Path) -> Rule:
        rule = Rule(
            level=self._level(data, path),
            users=_texts(data, "users"),
            user_groups=_texts(data, "userGroups"),
            verbs=_texts(data, "verbs"),
            resources=self._resources(data, (*path, "resources")),
            namespaces=_texts(data, "namespaces"),
            non_resource_urls=self._urls(data, (*path, "nonResourceURLs")),
            omit_stages=self._stages(data, path),
            omit_managed_fields=data.get("omitManagedFields"),
            line=self._lines.get(path, 0),
        )
        if rule.non_resource_urls and (rule.resources or rule.namespaces):
            got = "resources or namespaces beside it"
            self._complain(path, "nonResourceURLs alone", got, "make two rules of it")
        return rule

    def _level(self, data: dict[str, Any], path: Path) -> str:
        level = data.get("level") or ""
        if not level:
            self._complain((*path, "level"), "a value", "nothing", "add it")
        elif level not in LEVELS:
            self._complain((*path, "level"), "one of " + ", ".join(LEVELS), shown(level), near(level, LEVELS))
        return level

    def _stages(self, data: dict[str, Any], path: Path) -> tuple[str, ...]:
        stages = _texts(data, "omitStages")
        for index, stage in enumerate(stages):
            if stage not in STAGES:
                at = (*path, "omitStages", index)
                self._complain(at, "one of " + ", ".join(STAGES), shown(stage), near(stage, STAGES))
        return stages

    def _urls(self, data: dict[str, Any], path: Path) -> tuple[str, ...]:
        urls = _texts(data, "nonResourceURLs")
        for index, url in enumerate(urls):
            if url != "*" and (not url.startswith("/") or "*" in url[:-1]):
                want = "* or a path from /, with * only at its end"
                self._complain((*path, index), want, shown(url), "")
        return urls

    def _resources(self, data: dict[str, Any], path: Path) -> tuple[GroupResources, ...]:
        entries = enumerate(data.get("resources") or ())
        return tuple(self._entry(entry or {}, (*path, index)) for index, entry in entries)

    def _entry(self, data: dict[str, Any], path: Path) -> GroupResources:
        entry = GroupResources(data.get("group") or "", _texts(data, "resources"), _texts(data, "resourceNames"))
        self._group(entry.group, (*path, "group"))
        if entry.resource_names and not entry.resources:
            self._complain(path, "resources beside resourceNames", "none", "name the resources")
        return entry

    def _group(self, group: str, path: Path) -> None:
        """Take a DNS subdomain; from 1.36 also `*`."""
        if not group or (len(group) <= 253 and _SUBDOMAIN.fullmatch(group)):
            return
        if group == "*":
            if not at_least(self._version, "1.36"):
                want = "one group by name: before 1.36 the API server does not start with this"
                self._complain(path, want, "'*'", "name the groups one by one")
        elif "/" in group:
            self._complain(path, "a group without its version", shown(group), f"write {group.partition('/')[0]}")
        else:
            want = "a group: lower-case letters, digits, '-' and '.', such as apps"
            self._complain(path, want, shown(group), "")

    def _complain(self, path: Path, want: str, got: str, cure: str) -> None:
        if not any(
            one.path == path[: len(one.path)] for one in self._errors
        ):  # what is of the wrong kind is missing, too
            self._errors.append(Complaint(path, want, got, cure))


def _texts(data: dict[str, Any], key: str) -> tuple[str, ...]:
    return tuple(one or "" for one in data.get(key) or ())
