"""What the cluster's release and distribution allow, with the whole sentence of each refusal."""

from pathlib import Path

import pytest

from audit.document import DocumentError
from generator.crosscheck_cluster import cluster_disagreements
from generator.distributions import rows
from generator.load import load
from generator.values import Cluster, Values


def refused(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "values.yaml"
    file.write_text(text)
    with pytest.raises(DocumentError) as caught:
        load([file])
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("name", "version"), sorted({(name, at) for name, row in rows() for at in (row.first, row.last) if not row.managed})
)
def test_the_defaults_go_together(name: str, version: str) -> None:
    cluster = Cluster(distribution=name, version=version)  # type: ignore[arg-type]
    assert [] == [*cluster_disagreements(Values(cluster=cluster))]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "cluster: {distribution: talos, version: '1.23'}",
            "cluster.version: expected Kubernetes 1.24 to 1.37 with Talos: before, its policy cannot be set, got 1.23 - take a newer Talos, or another distribution",
        ),
        (
            "cluster: {distribution: kops, version: '1.19'}",
            "cluster.version: expected Kubernetes 1.20 to 1.37 with kOps: how older ones are set up is not known here, got 1.19 - take a newer kOps, or another distribution",
        ),
        (
            "cluster: {kubeadmApi: v1beta4, version: '1.30'}",
            "cluster.kubeadmApi: expected a format that kubeadm 1.30 reads, got v1beta4 - write v1beta3, or leave it out",
        ),
        (
            "cluster: {kubeadmApi: v1beta2, version: '1.31'}",
            "cluster.kubeadmApi: expected a format that kubeadm 1.31 reads, got v1beta2 - write v1beta4 or v1beta3, or leave it out",
        ),
        (
            "cluster: {kubeadmApi: v1alpha2, version: '1.10'}",
            "cluster.kubeadmApi: expected a format that kubeadm 1.10 reads, got v1alpha2 - leave it out: the manifest is patched",
        ),
        (
            "cluster: {kubeadmApi: v1beta4, distribution: kind}",
            "cluster.kubeadmApi: expected the distribution kubeadm with it, got kind - leave it out",
        ),
        (
            "cluster: {distribution: talos}\naudit: {log: {path: /var/log/own/audit.log}}",
            "audit.log.path: expected /var/log/audit/kube/kube-apiserver.log, which Talos sets, got '/var/log/own/audit.log' - leave it out",
        ),
        (
            "audit: {log: {path: /var/log/audit.log}}",
            "audit.log.path: expected a file in a directory of its own below /var/log or the like, for the directory is mounted, got '/var/log/audit.log'",
        ),
        (
            "cluster: {version: '1.8'}\naudit: {policy: {preset: cis}}",
            "audit.policy.preset: expected Kubernetes 1.9 or newer for it: 1.7 and 1.8 have only metadata, got 1.8 - write metadata, or rules of your own",
        ),
        (
            "cluster: {version: '1.7'}\nbridge: {autoscaling: {}}",
            "bridge.autoscaling: expected Kubernetes 1.8 or newer for it, got 1.7 - set bridge.replicas, and this to null",
        ),
        (
            "cluster: {version: '1.7'}\naudit: {policy: {rules: [{level: Metadata, omitStages: [Panic]}]}}",
            "audit.policy.rules[0].omitStages: expected Kubernetes 1.8 or newer for it, got 1.7 - leave it out",
        ),
        (
            "cluster: {distribution: minikube}\naudit:\n  log:\n    maxAge: 7",
            "audit.log.maxAge: expected the default: minikube's API server writes to standard output, got 7 - leave it out",
        ),
        (
            "audit: {log: {path: /var/audit.log}}",
            "audit.log.path: expected a file in a directory of its own below /var/log or the like, for the directory is mounted, got '/var/audit.log'",
        ),
        (
            "agent: {stateDirectory: /var/log/kubernetes/audit/state}",
            "agent.stateDirectory: expected a directory outside the log's, which is read-only, got '/var/log/kubernetes/audit/state'",
        ),
        (
            "audit: {policy: {preset: metadata, file: a.yaml}}",
            "audit.policy: expected one of preset, file and rules, got preset and file - set the others to null",
        ),
        (
            "audit: {policy: {rules: []}}",
            "audit.policy.rules: expected at least one rule, got an empty list - use a preset",
        ),
        (
            "cluster: {version: '1.22'}\naudit: {policy: {rules: [{level: None, omitManagedFields: true}]}}",
            "audit.policy.rules[0].omitManagedFields: expected Kubernetes 1.23 or newer for it, got 1.22 - leave it out",
        ),
        (
            "cluster: {version: '1.35'}\naudit: {policy: {rules: [{level: None, resources: [{group: '*'}]}]}}",
            "audit.policy.rules[0].resources[0].group: expected one group by name: before 1.36 the API server does not start with this, got '*' - name the groups one by one",
        ),
    ],
)
def test_a_disagreement_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    (told,) = refused(tmp_path, text)
    assert sentence == told.split(": ", 1)[1]


def test_the_line_is_that_of_the_value(tmp_path: Path) -> None:
    text = "cluster:\n  version: '1.30'\n  kubeadmApi: v1beta4\n"
    (told,) = refused(tmp_path, text)
    assert told.startswith("values.yaml:3: cluster.kubeadmApi: ")


def test_a_policy_file_is_read_as_1_7_reads_it(tmp_path: Path) -> None:
    rule = "- level: Metadata\n  resources: [{group: '', resources: [pods/exec]}]\n"
    (tmp_path / "policy.yaml").write_text(f"apiVersion: audit.k8s.io/v1alpha1\nkind: Policy\nrules:\n{rule}")
    assert refused(tmp_path, "cluster: {version: '1.7'}\naudit: {policy: {file: policy.yaml}}") == [
        "policy.yaml:4: rules[0].resources[0].resources: expected resources alone: in Kubernetes 1.7 they stand for their subresources too, got 'pods/exec' - name the resource"
    ]
