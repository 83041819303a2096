"""The API server's flags, and a webhook's kubeconfig."""

from collections.abc import Callable

import pytest

from audit.backends import flags, kubeconfig
from audit.lint_rules import Finding
from audit.problems import DocumentError

POD = """\
kind: Pod
spec:
  containers:
    - command:
        - kube-apiserver
        - --audit-policy-file=/etc/kubernetes/audit-policy.yaml
        - --audit-log-path=/var/log/audit.log
"""
MAP = "apiServer:\n  extraArgs:\n    audit-policy-file: /p\n    audit-webhook-config-file: /w\n"
LIST = (
    "apiServer:\n  extraArgs:\n    - {name: audit-policy-file, value: /p}\n    - {name: audit-log-path, value: '-'}\n"
)
WEBHOOK = """\
apiVersion: v1
kind: Config
clusters:
  - name: bridge
    cluster:
      server: https://10.96.0.9:9881/audit
      certificate-authority: /etc/kubernetes/ca.pem
contexts:
  - name: default
    context: {cluster: bridge, user: ''}
current-context: default
"""


@pytest.mark.parametrize("text", [POD, MAP, LIST])
def test_a_policy_and_a_backend_are_found_in_every_form(text: str) -> None:
    assert [] == flags(text, "f")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (POD.replace("        - --audit-log-path=/var/log/audit.log\n", ""), 6),
        (POD.replace("=/var/log/audit.log", "="), 6),
        (MAP.replace("    audit-webhook-config-file: /w\n", ""), 3),
        (LIST.replace("audit-log-path", "audit-log-format"), 3),
    ],
)
def test_a_policy_without_a_backend(text: str, line: int) -> None:
    (finding,) = flags(text, "f")
    sentence = "the policy has no backend: neither a log nor a webhook is set, and nothing is recorded"
    assert ("KAP401", line, sentence) == (finding.rule.id, finding.place.line, finding.message)


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        (POD.replace("policy-file", "policy"), 7, "a log or webhook is set and no policy: nothing is recorded"),
        (MAP.replace("/p", "''"), 4, "a log or webhook is set and no policy: nothing is recorded"),
        ("kind: Pod\n", 1, "no audit policy is set: nothing is recorded"),
    ],
)
def test_no_policy(text: str, line: int, sentence: str) -> None:
    (finding,) = flags(text, "f")
    assert ("KAP402", line, sentence) == (finding.rule.id, finding.place.line, finding.message)


@pytest.mark.parametrize("check", [flags, kubeconfig])
def test_what_is_no_yaml_is_an_error(check: Callable[[str, str], list[Finding]]) -> None:
    with pytest.raises(DocumentError, match="expected well-formed YAML"):
        check("a: [", "f")


def test_a_webhook_that_works() -> None:
    assert [] == kubeconfig(WEBHOOK, "f")


@pytest.mark.parametrize(
    ("before", "after", "rule", "line", "message"),
    [
        (
            "      certificate-authority: /etc/kubernetes/ca.pem",
            "      insecure-skip-tls-verify: true",
            "KAP403",
            7,
            "whoever answers is taken for the webhook",
        ),
        ("https", "http", "KAP403", 6, "the audit log is sent in the clear"),
        (
            "10.96.0.9",
            "bridge.logging.svc",
            "KAP404",
            6,
            "the API server cannot resolve bridge.logging.svc, a name of the cluster's own DNS",
        ),
        (
            "10.96.0.9",
            "bridge.logging.svc.cluster.local",
            "KAP404",
            6,
            "the API server cannot resolve bridge.logging.svc.cluster.local, a name of the cluster's own DNS",
        ),
        ("https://10.96.0.9:9881/audit", "10.96.0.9", "KAP405", 6, "the server is no URL"),
        ("current-context: default\n", "", "KAP405", 1, "there is no current-context"),
        ("current-context: default", "current-context: other", "KAP405", 11, "no context is called 'other'"),
        ("cluster: bridge,", "cluster: other,", "KAP405", 10, "no cluster is called 'other'"),
    ],
)
def test_a_webhook_that_does_not(before: str, after: str, rule: str, line: int, message: str) -> None:
    (finding,) = kubeconfig(WEBHOOK.replace(before, after), "f")
    assert (rule, line, message) == (finding.rule.id, finding.place.line, finding.message)


@pytest.mark.parametrize("host", ["bridge.example.com", "svc.example.com", "[fd00::1]"])
def test_a_name_that_is_not_the_clusters(host: str) -> None:
    assert [] == kubeconfig(WEBHOOK.replace("10.96.0.9", host), "f")


def test_verification_that_is_said_to_be_on() -> None:
    text = WEBHOOK.replace("certificate-authority:", "insecure-skip-tls-verify: false\n      certificate-authority:")
    assert [] == kubeconfig(text, "f")


@pytest.mark.parametrize("text", ["- a\n", "", "current-context: a\ncontexts: b\n", "clusters: 1\n"])
def test_what_is_no_kubeconfig(text: str) -> None:
    assert ["KAP405"] == [finding.rule.id for finding in kubeconfig(text, "f")]
