"""Values of manifests that are each right and do not go together."""

import pytest

from audit.document import DocumentError
from generator.crosscheck_manifests import manifest_disagreements
from generator.load import load
from generator.values import Values


def test_the_defaults_go_together() -> None:
    assert [] == list(manifest_disagreements(Values()))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "namespaces: {agent: kube-system}",
            "namespaces.agent: expected a namespace of its own: its Pod Security level is set, and what is in it gets no network, got 'kube-system' - leave it out for the default",
        ),
        (
            "bridge: {eventsPerSecond: 30000, autoscaling: {maxReplicas: 2}}",
            "bridge.autoscaling.maxReplicas: expected at least 3 for 30,000 events a second, one of them being replaced, got 2 - see docs/performance.md",
        ),
        (
            "bridge: {autoscaling: {}, storage: {claim: {}}}",
            "bridge.autoscaling: expected none with storage.claim: who is scaled away leaves its dead letters and its spool behind, got one - set replicas, or leave storage.claim out",
        ),
        (
            "bridge: {autoscaling: {}, resources: {requests: {memory: 1Gi}}}",
            "bridge.resources.requests: expected cpu among the requests, which autoscaling.cpu is a share of, got memory - name it, or set autoscaling.cpu to null",
        ),
        (
            "bridge: {storage: {spool: true}}",
            "bridge.storage.claim: expected a volume that outlives the pod with a spool, which is acked for, got none - set it to {} for the default StorageClass",
        ),
        (
            "bridge: {config: {spool: {path: /a}}}",
            "bridge.config.spool.path: expected no value here, got one - set bridge.storage.spool",
        ),
        (
            "cluster: {version: '1.16'}\nagent: {priorityClass: system-node-critical}",
            "agent.priorityClass: expected no class of the system's: before 1.17 only kube-system may use them, got 'system-node-critical' - make a PriorityClass of your own and name it",
        ),
        (
            "tls: {mode: certManager}",
            "tls.issuer: expected an issuer with the mode certManager, got none - name one that exists: {name: my-ca}",
        ),
        (
            "tls: {mode: secret, issuer: {name: a}}",
            "tls.issuer: expected none unless the mode is certManager, got one - set tls.mode to certManager",
        ),
        (
            "tls: {clientCertificates: true}",
            "tls.clientCertificates: expected false while tls.mode is off, got true - set tls.mode to secret",
        ),
        (
            "bridge: {config: {forward: {tls: {cert_file: a, key_file: b}}}}",
            "bridge.config.forward.tls: expected no value here, got one - set tls.mode",
        ),
        (
            "monitoring: {serviceMonitor: true, podMonitor: true, prometheus: {}}",
            "monitoring.podMonitor: expected one of the two monitors, got both - everything would be counted twice",
        ),
        (
            "monitoring: {podMonitor: true}",
            "monitoring.prometheus: expected where Prometheus is, for the NetworkPolicy must let it in, got nothing - set it to {} if that is the namespace monitoring",
        ),
        (
            "agent: {flavor: direct}\nmonitoring: {serviceMonitor: true, prometheus: {}}",
            "monitoring.serviceMonitor: expected a podMonitor where nothing has a Service: the bridge itself reads the log, or is elsewhere, got true - set podMonitor instead",
        ),
        (
            "bridge: {enabled: false}\ntls: {mode: secret}\nforward: {address: 'a.example.com:24224', sharedKeySecret: {}}\nmonitoring: {podMonitor: true, prometheus: {}}",
            "monitoring.podMonitor: expected false where the bridge is elsewhere, got true - set it where the bridge is",
        ),
        (
            "monitoring: {prometheus: {namespaceLabels: {}}}",
            "monitoring.prometheus: expected labels of the namespace or of the pods, got neither - without any everybody may read the status page",
        ),
        (
            "cluster: {version: '1.20'}\nmonitoring: {prometheus: {}}",
            "monitoring.prometheus.namespaceLabels: expected a label that the namespace has: before 1.21 its name is none, got kubernetes.io/metadata.name - give the namespace a label, and name that",
        ),
        (
            f"images: {{requireDigests: true}}\nagent: {{image: 'a@sha256:{'0' * 64}'}}",
            "bridge.image: expected an image with its digest, as images.requireDigests asks, got 'kube-audit-bridge:0.1.0' - docker inspect --format '{{index .RepoDigests 0}}' IMAGE tells it",
        ),
        (
            "labels: {pod-security.kubernetes.io/enforce: baseline}",
            'labels["pod-security.kubernetes.io/enforce"]: expected a label of your own, got one that is set for you - choose another key',
        ),
        (
            "agent: {podLabels: {app.kubernetes.io/name: x}}",
            'agent.podLabels["app.kubernetes.io/name"]: expected a label of your own, got one that is set for you - choose another key',
        ),
        (
            "bridge: {podAnnotations: {checksum/config: x}}",
            "bridge.podAnnotations.checksum/config: expected an annotation of your own, got one that is set for you - choose another key",
        ),
    ],
)
def test_a_disagreement_is_named(tmp_path_factory: pytest.TempPathFactory, text: str, sentence: str) -> None:
    file = tmp_path_factory.mktemp("values") / "values.yaml"
    file.write_text(text)
    with pytest.raises(DocumentError) as caught:
        load([file])
    assert [sentence] == [str(problem).split(": ", 1)[1] for problem in caught.value.problems]


def test_monitors_need_no_prometheus_where_no_network_policy_is() -> None:
    values = Values.model_validate({"monitoring": {"podMonitor": True}, "networkPolicy": {"enabled": False}})
    assert [] == list(manifest_disagreements(values))
