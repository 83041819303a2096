"""Names that lead nowhere."""

import pytest

from generator.check_references import check
from generator.objects import objects
from tests.support.rendered import CONFIG_MAP, DAEMONSET, DEPLOYMENT, changed, files, said

KUSTOMIZATION = "kubernetes/kustomization.yaml"
SPEC = "spec.template.spec"


def found(rendered: dict[str, str]) -> list[str]:
    return said(check(rendered, objects(rendered)))


@pytest.mark.parametrize("environment", ["default", "production", "minikube", "demo"])
def test_what_is_rendered_is_whole(environment: str) -> None:
    assert [] == found(dict(files(environment)))


@pytest.mark.parametrize(
    ("path", "before", "after", "sentence"),
    [
        (
            DEPLOYMENT,
            "serviceAccountName: kube-audit-bridge",
            "serviceAccountName: other",
            f"{SPEC}.serviceAccountName: expected a ServiceAccount that is rendered into audit-bridge, got 'other' - render it, or correct the name",
        ),
        (
            DEPLOYMENT,
            "configMap:\n            name: kube-audit-bridge",
            "configMap:\n            name: other",
            f"{SPEC}.volumes[0].configMap: expected a ConfigMap that is rendered into audit-bridge, got 'other' - render it, or correct the name",
        ),
        (
            DEPLOYMENT,
            'secretName: "loggly-token"',
            'secretName: "no-such-secret"',
            f"{SPEC}.volumes[2].secret: expected a Secret that README.md says how to create, got 'no-such-secret' - name it in README.md",
        ),
        (
            DAEMONSET,
            'name: "forward-shared-key"',
            'name: "no-such-secret"',
            f"{SPEC}.containers[0].env[1].valueFrom.secretKeyRef: expected a Secret that README.md says how to create, got 'no-such-secret' - name it in README.md",
        ),
        (
            DAEMONSET,
            "configMap:\n            name: kube-audit-agent",
            "configMap:\n            name: kube-audit-agent\n            items: [{key: x, path: y}]",
            f"{SPEC}.volumes[0].configMap: expected a key of the ConfigMap kube-audit-agent: fluent.conf, ready.rb, got 'x' - correct the key",
        ),
        (
            "kubernetes/12-rolebinding.yaml",
            "kind: Role\n  name: kube-audit-agent",
            "kind: Role\n  name: other",
            "roleRef.name: expected a Role that is rendered into audit-agent, got 'other' - render it, or correct the name",
        ),
        (
            "kubernetes/12-rolebinding.yaml",
            "kind: ServiceAccount\n    name: kube-audit-agent",
            "kind: ServiceAccount\n    name: other",
            "subjects[0].name: expected a ServiceAccount that is rendered into audit-agent, got 'other' - render it, or correct the name",
        ),
    ],
)
def test_a_name_that_leads_nowhere(path: str, before: str, after: str, sentence: str) -> None:
    assert [f"{path}: error references: {sentence}"] == found(changed(path, before, after))


def test_an_object_that_is_there_twice() -> None:
    rendered = changed(CONFIG_MAP, "name: kube-audit-bridge\n", "name: kube-audit-agent\n")
    rendered[CONFIG_MAP] = rendered[CONFIG_MAP].replace('namespace: "audit-bridge"', 'namespace: "audit-agent"', 1)
    assert (
        "expected one ConfigMap kube-audit-agent in audit-agent, got a second one; the first is at"
        in found(rendered)[0]
    )


def test_a_namespace_that_is_not_rendered_and_one_that_is_missing() -> None:
    path = "kubernetes/40-service.yaml"
    (sentence,) = found(changed(path, 'namespace: "audit-bridge"', 'namespace: "other"'))
    assert (
        "warning references: metadata.namespace: expected a namespace that is rendered: audit-agent, audit-bridge"
        in sentence
    )
    (sentence,) = found(changed(path, 'namespace: "audit-bridge"', "generation: 1"))
    assert "expected the namespace of the Service kube-audit-bridge, got none" in sentence


def test_the_kustomization_lists_every_manifest_and_no_other() -> None:
    assert [
        f"{KUSTOMIZATION}: error references: resources: expected every manifest, 40-service.yaml as well, got none - list it",
        f"{KUSTOMIZATION}: error references: resources: expected only manifests that are rendered, got 'other.yaml' - take it out",
    ] == found(changed(KUSTOMIZATION, "40-service.yaml", "other.yaml"))
