"""The page about `policy lint` and the presets, from the code: docs/lint.md is what `page` returns."""

import io

from rich.console import Console

from audit.lint import lint
from audit.lint_needs import blind
from audit.lint_rules import LINT_RULES, LintRule
from audit.policy_reading import read
from audit.presets import FIRST, PRESETS, preset
from generator.lint_text import show

_INTRODUCTION = """\
# Linting audit policies, and presets

<!-- Written by `make golden` from audit/lint_rules.py and audit/presets; do not edit. -->

`audit-generator policy lint POLICY...` finds what is wrong with audit policies beyond what the API server refuses. A POLICY
is a file, `-` for standard input, or the name of a preset.

"""

_OPTIONS = """
| option | meaning |
|---|---|
| `--kubernetes VERSION` | the release that the policy is meant for; what only other releases know is found |
| `--profile cis` | also what the CIS Kubernetes Benchmark asks in 3.2.2 |
| `--format text`, `json`, `sarif` | lines for people, a list, or SARIF 2.1.0, which code hosts show beside the line |
| `--strict` | exit code 1 for warnings, too; errors always give it, notes never |
| `--api-server FILE` | also the audit flags in a static Pod manifest or a kubeadm configuration |
| `--webhook-kubeconfig FILE` | also the kubeconfig of an audit webhook |

Rules are not compared by their names: lint asks the policy, as the API server would, about requests that stand for all that
a rule matches. So a rule counts as dead only if no request gets as far as it, and a secret as spilt only if some request
for one is decided at a level with content.

`audit-generator validate VALUES...` shows the same findings for the policy that a values file leads to, among
[much else](validate.md).
"""

_FINDINGS = """
## Findings

The ids are stable: they can be named in a code host's rules for what to ignore.

| id | name | severity | why |
|---|---|---|---|
"""

_PRESETS = f"""
## Presets

`audit.policy.preset` in values names one; every command that takes a policy takes the name, too. All are right from Kubernetes
{FIRST} on; for a cluster older than 1.12 they are written as `v1beta1`, and for one older than 1.23 without
`omitManagedFields`. A comment above every rule says what it keeps or drops.

| preset | what for |
|---|---|
| `recommended` | the default: the least volume with which every built-in detection can fire |
| `metadata` | who did what, for every request, and never content: nothing is dropped |
| `cis` | what CIS 3.2.2 asks, without the noise |
| `gce` | the policy of Kubernetes' own scripts, which many copied, with what has gone out of date in it mended |

`policy lint` finds no error in any of them. What else it says about them is true and meant; `gce` deletes the secrets of a namespace
that goes at level Request, where the benchmark makes no exception:

| preset | rules | kept noise | detections that cannot fire | CIS 3.2.2 |
|---|---|---|---|---|
"""

_DETECTIONS = """
## Detections

KAP207 asks a policy for what the [shipped rules](rules.md) need: for each, the requests that it is about, at the level in its row, and at a
stage that shows them. Rules that are blind in the same way are one finding, with an example. `audit-generator validate` asks
for the rules that a cluster's values enable, with the smallest change that would open their eyes.
"""


_EXAMPLE = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    userGroups: [system:authenticated]
    verbs: [get, list, watch]
  - level: Request
    resources:
      - group: ""
        resources: [secrets, deployments]
  - level: Metadata
"""


def page() -> str:
    """Return the page in Markdown."""
    example = f"Of this policy\n\n```yaml\n{_EXAMPLE}```\n\nit says, warnings and notes left out:\n\n```text\n{_errors()}```\n"
    findings = "".join(map(_finding, sorted(LINT_RULES.values(), key=lambda rule: rule.id)))
    return f"{_INTRODUCTION}{example}{_OPTIONS}{_FINDINGS}{findings}{_PRESETS}{''.join(map(_preset, PRESETS))}{_DETECTIONS}"


def _errors() -> str:
    """Return what the command prints about the example, its errors only."""
    out = io.StringIO()
    found = [one for one in lint(_EXAMPLE, "audit-policy.yaml") if one.severity == "error"]
    show(found, Console(file=out, no_color=True))
    return out.getvalue()


def _finding(rule: LintRule) -> str:
    return f"| {rule.id} | {rule.name} | {rule.severity} | {rule.reason} |\n"


def _preset(name: str) -> str:
    text = preset(name)
    found = lint(text, name, profile="cis")
    noise = [one.message.split()[0] for one in found if one.rule.id == "KAP206"]
    policy = read(text, name).policy
    unseen = [f"`{rule}`" for one in blind(policy) for rule in one.names]
    missed = sorted({one.rule.id for one in found if one.rule.id.startswith("KAP3")})
    met = f"not met: {', '.join(missed)}" if missed else "met"
    return (
        f"| `{name}` | {len(policy.rules)} | {', '.join(noise) or 'none'} | {', '.join(unseen) or 'none'} | {met} |\n"
    )
