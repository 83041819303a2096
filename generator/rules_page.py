"""The page about detection rules, from the rules themselves: docs/rules.md is what `page` returns."""

from audit.builtin import builtin
from audit.loggly_query import Inexpressible, native
from audit.rule_fields import ALIASES
from audit.rules import SEVERITIES, Counting, Told
from audit.sigma import MOST_COUNTED

_INTRODUCTION = """\
# Detection rules

<!-- Written by `make golden` from audit/rules; do not edit. -->

The bridge asks rules of every event that has an answer. Which it is told for stands in `audit.rules`, the highest level of those in
`audit.severity`. So a search is `json.audit.rules:exec` or `json.audit.severity:high`. Events of the severities that
`rules.tagged` names, high and critical where nothing is said, go to Loggly under the tag `severity-LEVEL` besides their others,
`tag:severity-high`; as a request has one set of tags, each such severity costs requests of its own. The metric
`audit_bridge_rule_matches_total` counts by rule.

A request is told once for a rule, at its first event with an answer: an exec when it begins, not again when it ends. An event that
is sent again is told again.

```yaml
rules:                # of the bridge's configuration; in values below bridge.config
  builtin: true       # those of the table below
  files: [own.yml]    # Sigma rules of your own; read again when they change
  disable: [human-change]
  except:             # events that rules are not told for
    - rules: [secret-viewed, secrets-listed-everywhere]
      users: ["system:serviceaccount:external-secrets:external-secrets"]
      reason: it copies them from the vault
    - rules: [exec, shell-exec]
      namespaces: [sandbox-*]
```

An exception needs one of `users`, `namespaces`, `names` and `source_ips`; all that it has must hold of an event. `*` and `?` stand for what
may differ, case matters, and somebody who impersonates a user is not that user. Named for a rule that counts, it takes events out of the count alone;
named for what that counts, out of both. The bridge and `validate` refuse the name of a rule that is not there. [All keys](configuration.md#rulesexcept).

`audit-generator alerts VALUES...` writes the alerts to set up: for each rule the search, a link that opens it, how often to look and
how many are too many, as Markdown, JSON or one HTML page, and with `--format prometheus` a PrometheusRule;
`audit-generator render -o DIR` puts them all into `DIR/alerts/`. `audit-generator validate VALUES...` names the rules that the audit policy leaves blind, why, and the smallest change of the policy that would help;
the preset `recommended` lets every rule of the table see.

## Rules of your own

Files are [Sigma](https://sigmahq.io/docs/basics/rules.html) rules, several in a file with `---` between them, read with pySigma.
SigmaHQ's rules for Kubernetes work as they are. A rule is called by its `name`, or by its title in lower case with hyphens. Its
`author` and `license` are carried into the alerts.

Fields are those of [audit.k8s.io](https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/), with full stops between
keys, through lists: `requestObject.spec.volumes.hostPath.path`. Besides them there is what the bridge adds, such as
`audit.verdict`, `audit.actorKind`, `audit.actor` and `audit.command`, and names that stand for others:

| name | stands for |
|---|---|
"""

_LANGUAGE = f"""
Text is compared in any case. All conditions work, and the modifiers `contains`, `startswith`, `endswith`, `all`, `re`, `cidr`,
`cased`, `exists`, `lt`, `lte`, `gt`, `gte`, `neq`, `fieldref`, and those that change text. Keywords without a field,
placeholders and parts of times are refused. What cannot be read is an error with its file and line, and the bridge does not start; after
a change it keeps the rules that it has. What can never match, such as the verb `replace`, is a warning in its log.

Correlations count events (`event_count`) or the different values of a field (`value_count`), up to {MOST_COUNTED:,}, for each group,
within a time span of the events' own time. When the count is reached the event that reached it is told, and the count begins anew.
Each bridge counts what it sees: with several replicas a burst may be spread over them.

What `except` cannot say, a Sigma filter in one of the files can. It works for shipped rules too:

```yaml
title: Helm's own secrets
logsource: {{product: kubernetes, service: audit}}
filter:
  rules: [secret-edited]
  releases:
    objectRef.name|startswith: sh.helm.release.v1.
    audit.client|startswith: helm
  condition: not releases
```

The rules `ci-change`, `ci-from-outside` and `change-by-others` need [`identities`](configuration.md) with the label `jenkins` or `ci`.

## The rules

*Level*: what the audit policy must record at least, for what a rule looks into. *Search*: whether the rule can also be said in the
event's own fields in Loggly's language; all are found by `json.audit.rules:NAME`.

*Also in*: public sets that look for the same, as
they were read for this table: Sigma's, Falco's, Elastic's, Panther's and Splunk's rules, Defender, GuardDuty, and Stratus Red Team's techniques.

| rule | what | severity | level | ATT&CK | search | also in |
|---|---|---|---|---|---|---|
"""

_NOT = """
## What is not here

Rules that need more than events: lists of addresses (Tor, proxies), what is usual for an actor, first uses, exec into a pod that was
created as privileged before, and what stands in the data of ConfigMaps and in Secrets, whose
bodies do not belong in a log. What is typed into a shell after an exec is in no audit log.
"""


def page() -> str:
    """Return the page in Markdown."""
    aliases = "".join(f"| `{name}` | {_paths(paths)} |\n" for name, paths in ALIASES.items())
    told = sorted(builtin().pack.told(), key=lambda one: (-SEVERITIES.index(one.about.severity), one.name))
    return f"{_INTRODUCTION}{aliases}{_LANGUAGE}{''.join(map(_row, told))}{_NOT}"


def _paths(paths: tuple[str, ...]) -> str:
    return ", ".join(f"`{path}`" for path in paths)


def _row(one: Told) -> str:
    techniques = ", ".join(
        tag.removeprefix("attack.").upper() for tag in one.about.tags if tag[7:8] == "t" and tag[8:9].isdigit()
    )
    also = ", ".join(one.source.custom_attributes.get("also_in", ())) or "-"
    what = one.about.title
    if isinstance(one, Counting):
        of = f"values of {one.of.name}" if one.of else "events"
        what += f": {one.count} {of} in {one.seconds // 60} minutes"
    return f"| `{one.name}` | {what} | {one.about.severity} | {one.level} | {techniques or '-'} | {_search(one)} | {also} |\n"


def _search(one: Told) -> str:
    try:
        native(one)
    except Inexpressible:
        return "no"
    return "what it counts" if isinstance(one, Counting) else "yes"
