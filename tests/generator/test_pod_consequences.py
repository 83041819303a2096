"""What another pod template means for pods that run."""

from generator.consequences import consequences
from generator.objects import Object
from generator.pod_consequences import delete, named, what_restarts
from tests.support.rendered import files

AGENT = "DaemonSet kube-audit-agent in audit-agent"


def following(*settings: str) -> list[str]:
    """Return what follows when values change by settings."""
    return consequences(files("default"), files("default", *settings))


def workload(template: object) -> Object:
    metadata = {"name": "a", "namespace": "n"}
    data = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"template": template}}
    return Object("f.yaml", data, {})


def test_an_object_is_named_and_deleted_as_kubectl_does() -> None:
    monitor = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": {"name": "a", "namespace": "n"},
    }
    assert ("PodMonitor a in n", "kubectl -n n delete podmonitor.monitoring.coreos.com a") == (
        named(Object("f", monitor, {})),
        delete(Object("f", monitor, {})),
    )
    namespace = Object("f", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}, {})
    assert ("Namespace a", "kubectl delete namespace a") == (named(namespace), delete(namespace))


def test_the_reasons_of_a_restart_are_fields_of_the_pod() -> None:
    before = {"spec": {"containers": [{"name": "c", "image": "a:1", "args": ["x"]}], "volumes": [{"name": "v"}]}}
    after = {"spec": {"containers": [{"name": "c", "image": "a:2", "args": ["y"]}, {"name": "d"}], "hostNetwork": True}}
    [sentence] = what_restarts(workload(before), workload(after))
    how = "its pods restart, a new one before each old one; what is not acked waits on the nodes"
    assert f"Deployment a in n: {how} (c.args, d, hostNetwork, image a:1 to a:2, volumes.v)" == sentence


def test_another_state_directory_is_told_before_the_restart() -> None:
    found = following("agent.stateDirectory=/var/lib/other")
    first, second = [sentence for sentence in found if sentence.startswith(AGENT)]
    assert (
        f"{AGENT}: positions and buffers stay in /var/lib/kube-audit-agent of each node: before you apply, kubectl -n audit-agent "
        "delete daemonset kube-audit-agent, and on each node mv /var/lib/kube-audit-agent /var/lib/other - or the log is sent again, "
        "and what the old buffer holds is not sent"
    ) == first
    reason = "its pods restart, node by node; what is written meanwhile waits in the log (volumes.state.hostPath)"
    assert f"{AGENT}: {reason}" == second


def test_another_reader_is_told() -> None:
    assert (
        f"{AGENT}: fluent-bit does not know where fluentd stopped, and reads the log from its beginning: "
        "what is there was sent, and is sent again"
    ) in following("agent.flavor=fluent-bit")
    assert [] == [one for one in following("agent={flavor: td-agent, image: a}") if "does not know" in one]


def test_another_handshake_is_told() -> None:
    assert (
        f"{AGENT}: its Secrets change (none to forward-shared-key): until all pods are new, chunks may be refused; "
        "they wait on the nodes"
    ) == following("forward.sharedKeySecret={}")[-1]
    assert [] == [one for one in following("imagePullSecrets=[registry]") if "Secrets change" in one]
