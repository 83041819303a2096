"""What lint looks for: every finding's id, severity, and why it matters. `docs/lint.md` and SARIF are made from this table.

An id never changes its meaning, and one that goes is not given again. Errors are policies that do not do what they say, or
that lose what nobody wants to lose; warnings are losses that may be meant; notes are volume.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from audit.problems import Place

Severity = Literal["error", "warning", "note"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""The severities, the gravest first; the names are SARIF's levels."""


@dataclass(frozen=True, slots=True)
class LintRule:
    """One kind of finding: its id, a name for it, how grave it is, and the reason in a sentence or two of Markdown."""

    id: str
    name: str
    severity: Severity
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a policy. `path` is where in the document, "" for all of it; `str()` is the line for people."""

    rule: LintRule
    place: Place
    path: str
    message: str
    cure: str

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return self.rule.severity

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{self.place}: {self.rule.severity} {self.rule.id}: {where}{self.message} - {self.cure}"


_TABLE = (
    LintRule(
        "KAP001",
        "refused",
        "error",
        "The API server refuses the policy and does not start. The rules are those of its own validation.",
    ),
    LintRule(
        "KAP002",
        "unknown-key",
        "error",
        "The API server only warns about a key that it does not know, and before 1.26 says nothing. A rule whose"
        " `resources` is misspelt matches every resource.",
    ),
    LintRule(
        "KAP003",
        "other-release",
        "error",
        'The release that the policy is meant for does not know this: it refuses it (`group: "*"` before 1.36, API'
        " versions that came later or are gone), or ignores it (`omitManagedFields` before 1.23).",
    ),
    LintRule(
        "KAP101",
        "never-decides",
        "warning",
        "Earlier rules match every request that this one matches, and the first rule that matches decides. Found by"
        " trying requests, not by comparing names.",
    ),
    LintRule(
        "KAP102",
        "no-catch-all",
        "warning",
        "A request that no rule matches is not recorded at all. Without a last rule that matches everything, that is every"
        " resource, and every kind of user, that nobody thought of.",
    ),
    LintRule(
        "KAP103",
        "star-in-exact-list",
        "error",
        "`verbs`, `users`, `userGroups`, `namespaces` and `resourceNames` are compared letter by letter: `*` there matches"
        " nothing. An empty list matches everything.",
    ),
    LintRule(
        "KAP104",
        "useless-pattern",
        "error",
        "In `resources`, only `*`, `RESOURCE/*` and `*/SUBRESOURCE` are patterns. `*/*` and any other star match nothing.",
    ),
    LintRule(
        "KAP105",
        "wrong-group",
        "error",
        "The resource is served by another API group, so this entry never matches. A group never stands for another:"
        " `events` in the core group does not cover `events.k8s.io`.",
    ),
    LintRule(
        "KAP106",
        "unknown-resource",
        "warning",
        "The group is one of Kubernetes' own, and no release served such a resource or subresource in it, so this entry"
        " never matches. Resources are plural and in lower case.",
    ),
    LintRule(
        "KAP107",
        "unknown-verb",
        "error",
        "No request has such a verb. Verbs are those of the API, not of kubectl (`edit`) and not those that only"
        " authorization knows (`impersonate`, `bind`).",
    ),
    LintRule(
        "KAP108",
        "matches-no-request",
        "warning",
        "No request can match all lists of the rule: objects of the cluster are in no namespace, and a `create` or"
        " `deletecollection` has no resource name.",
    ),
    LintRule(
        "KAP201",
        "commands-dropped-as-reads",
        "error",
        "Over WebSocket, exec, attach and port-forward are `get`. A rule that drops reads drops them, too, unless an earlier"
        " rule records them.",
    ),
    LintRule(
        "KAP202",
        "subresources-left-out",
        "error",
        "`pods` does not cover `pods/exec`, `pods/attach` and `pods/portforward`, and no other rule records them: commands"
        " run in containers and tunnels into them leave no trace.",
    ),
    LintRule(
        "KAP203",
        "secrets-with-content",
        "error",
        "Above Metadata, the content of secrets, configmaps, token requests or token reviews is written to the log, where"
        " everybody who reads logs can use it. CIS 3.2.2 asks for Metadata and no more.",
    ),
    LintRule(
        "KAP204",
        "failed-logins-lost",
        "error",
        "A failed login (401) is recorded only at the stage ResponseStarted, and it has no user: omitting that stage, or"
        " rules that all name users or groups, lose every one.",
    ),
    LintRule(
        "KAP205",
        "request-received-kept",
        "warning",
        "The stage RequestReceived doubles the number of events and says nothing that a later stage does not say.",
    ),
    LintRule(
        "KAP206",
        "noise-kept",
        "note",
        "Heartbeats, leader election, endpoint slices, events and health checks are most of what an API server is asked,"
        " and no detection needs them.",
    ),
    LintRule(
        "KAP207",
        "detection-blind",
        "warning",
        "Shipped detection rules see nothing, or not all that they should, because the policy drops their events, records"
        " too little of them, or omits their stage.",
    ),
    LintRule(
        "KAP301",
        "cis-secrets",
        "error",
        "CIS 3.2.2: access to secrets, configmaps and token reviews is recorded. Only with `--profile cis`.",
    ),
    LintRule(
        "KAP302",
        "cis-changes",
        "error",
        "CIS 3.2.2: changes of pods and deployments are recorded. Only with `--profile cis`.",
    ),
    LintRule(
        "KAP303",
        "cis-tunnels",
        "error",
        "CIS 3.2.2: use of pods/exec, pods/portforward, pods/proxy and services/proxy is recorded. Only with"
        " `--profile cis`.",
    ),
    LintRule(
        "KAP304",
        "cis-level",
        "error",
        "CIS 3.2.2: secrets, configmaps, token requests and token reviews are recorded at Metadata and no more, whatever"
        " the verb. Only with `--profile cis`.",
    ),
    LintRule(
        "KAP401",
        "policy-without-backend",
        "error",
        "With a policy and neither a log nor a webhook, the API server records nothing. Only with `--api-server`.",
    ),
    LintRule(
        "KAP402",
        "no-policy",
        "error",
        "Without a policy the API server records nothing, whatever log or webhook is set, and says nothing about it. Only"
        " with `--api-server`.",
    ),
    LintRule(
        "KAP403",
        "webhook-unverified",
        "error",
        "Without verifying whom it talks to, the API server sends its audit log to anybody who stands in between. Only with"
        " `--webhook-kubeconfig`.",
    ),
    LintRule(
        "KAP404",
        "webhook-cluster-dns",
        "error",
        "The API server cannot resolve names of the cluster's own DNS, so it never reaches this webhook. Only with"
        " `--webhook-kubeconfig`.",
    ),
    LintRule(
        "KAP405",
        "webhook-unusable",
        "error",
        "The API server cannot tell from the kubeconfig where to send. Only with `--webhook-kubeconfig`.",
    ),
)

LINT_RULES = MappingProxyType({rule.id: rule for rule in _TABLE})
"""Every kind of finding by its id, in the order of the ids."""
