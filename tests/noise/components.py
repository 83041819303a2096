"""What runs in every cluster, as the API server sees it: kubelets, scheduler, proxies, DNS and other add-ons.

Periods and requests are those of the components of 1.20 with their default settings. The controller manager is not
here: it is the real one.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus

from tests.noise.client import Client, Object
from tests.noise.identities import (
    DNS,
    INGRESS,
    KUBELETS,
    METRICS,
    NOBODY,
    NODES,
    PROMETHEUS,
    PROXY,
    SCHEDULER,
    Identity,
)
from tests.noise.stage import Stage

LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
ELECTION = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler"

WATCHED: Mapping[Identity, tuple[str, ...]] = {
    SCHEDULER: (
        "/api/v1/nodes",
        "/api/v1/persistentvolumes",
        "/api/v1/persistentvolumeclaims",
        "/api/v1/replicationcontrollers",
        "/api/v1/services",
        "/apis/apps/v1/replicasets",
        "/apis/apps/v1/statefulsets",
        "/apis/policy/v1beta1/poddisruptionbudgets",
        "/apis/storage.k8s.io/v1/csinodes",
        "/apis/storage.k8s.io/v1/storageclasses",
    ),
    PROXY: ("/api/v1/services", "/apis/discovery.k8s.io/v1beta1/endpointslices", "/api/v1/nodes"),
    DNS: ("/api/v1/endpoints", "/api/v1/services", "/api/v1/namespaces"),
    METRICS: ("/api/v1/nodes", "/api/v1/pods"),
    INGRESS: (
        "/api/v1/configmaps",
        "/api/v1/endpoints",
        "/api/v1/secrets",
        "/api/v1/services",
        "/apis/networking.k8s.io/v1/ingresses",
    ),
    PROMETHEUS: ("/api/v1/endpoints", "/api/v1/nodes", "/api/v1/pods", "/api/v1/services"),
}
COPIES = {PROXY: len(NODES), DNS: 2}
"""How many of a component run; one where it is not said."""


def start(stage: Stage, kubelet_port: int) -> None:
    """Start them all."""
    for identity, paths in WATCHED.items():
        for _ in range(COPIES.get(identity, 1)):
            for path in paths:
                stage.inform(identity, path)
    for node in NODES:
        kubelet(stage, node, kubelet_port)
    scheduler(stage)
    add_ons(stage)
    probes(stage)


def kubelet(stage: Stage, node: str, port: int) -> None:
    """One node: lease and status each 10 s, the pods that are bound to it, what those mount."""
    identity = KUBELETS[node]
    client = Client(stage.server, identity)
    mounted: set[str] = set()
    client.send("POST", "/api/v1/nodes", {"metadata": {"name": node, "labels": {"kubernetes.io/hostname": node}}})
    client.patch(f"/api/v1/nodes/{node}/status", {"status": _node_status(port)})
    lease: Object = {"metadata": {"name": node, "namespace": "kube-node-lease"}, "spec": {"holderIdentity": node}}
    code, made = client.send("POST", LEASES, _renewed(lease))
    held = [made if code == HTTPStatus.CREATED else client.get(f"{LEASES}/{node}")[1]]  # it is there after a restart

    def renew() -> None:
        held[0] = client.send("PUT", f"{LEASES}/{node}", _renewed(held[0]))[1]

    def run(change: str, pod: Object) -> None:
        if change != "DELETED":
            _run_pod(stage, pods, pod, mounted)

    pods = Client(stage.server, identity)
    status = Client(stage.server, identity)
    stage.every(10, f"lease of {node}", renew)
    stage.every(10, f"status of {node}", lambda: status.get(f"/api/v1/nodes/{node}", resourceVersion=0, timeout="10s"))
    stage.every(
        300, f"report of {node}", lambda: status.patch(f"/api/v1/nodes/{node}/status", {"status": _node_status(port)})
    )
    stage.inform(identity, "/api/v1/pods", run, fieldSelector=f"spec.nodeName={node}")
    stage.inform(identity, "/api/v1/nodes", fieldSelector=f"metadata.name={node}")
    for path in ("/api/v1/services", "/apis/node.k8s.io/v1/runtimeclasses", "/apis/storage.k8s.io/v1/csidrivers"):
        stage.inform(identity, path)


def _renewed(lease: Object) -> Object:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {**lease, "spec": {**lease.get("spec", {}), "leaseDurationSeconds": 40, "renewTime": now}}


def _node_status(port: int) -> Object:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    capacity = {"cpu": "4", "memory": "16Gi", "pods": "110"}
    condition = {"type": "Ready", "status": "True", "reason": "KubeletReady", "lastHeartbeatTime": now}
    return {
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
        "allocatable": capacity,
        "capacity": capacity,
        "conditions": [condition],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
        "nodeInfo": {
            "kubeletVersion": "v1.20.2",
            "osImage": "Debian GNU/Linux 12",
            "containerRuntimeVersion": "containerd://1.4.3",
        },
    }


def _run_pod(stage: Stage, client: Client, pod: Object, mounted: set[str]) -> None:
    """Do what a kubelet does when one of its pods has changed."""
    meta, spec = pod["metadata"], pod["spec"]
    path = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}"
    if "deletionTimestamp" in meta:
        client.send("DELETE", path, {"gracePeriodSeconds": 0, "preconditions": {"uid": meta["uid"]}})
        return
    if pod["status"].get("phase") != "Pending":
        return
    for volume in spec.get("volumes", ()):
        for kind, key in (("secret", "secretName"), ("configMap", "name")):
            if kind in volume and (name := f"{meta['namespace']}/{kind}s/{volume[kind][key]}".lower()) not in mounted:
                mounted.add(name)
                namespace, plural, named = name.split("/")
                stage.inform(
                    client.identity,
                    f"/api/v1/namespaces/{namespace}/{plural}",
                    fieldSelector=f"metadata.name={named}",
                )
    for reason in ("Pulled", "Created", "Started"):
        client.send("POST", f"/api/v1/namespaces/{meta['namespace']}/events", _event(pod, reason, "kubelet"))
    client.get(path)
    names = [container["name"] for container in spec["containers"]]
    client.patch(f"{path}/status", {"status": _running(names)})


def _running(names: list[str]) -> Object:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "phase": "Running",
        "hostIP": "127.0.0.1",
        "podIP": "10.244.0.9",
        "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": now}],
        "containerStatuses": [
            {
                "name": name,
                "ready": True,
                "restartCount": 0,
                "image": "shop",
                "imageID": "",
                "state": {"running": {"startedAt": now}},
            }
            for name in names
        ],
    }


def _event(pod: Object, reason: str, component: str) -> Object:
    meta = pod["metadata"]
    involved = {
        "kind": "Pod",
        "namespace": meta["namespace"],
        "name": meta["name"],
        "uid": meta["uid"],
        "apiVersion": "v1",
    }
    return {
        "metadata": {"generateName": f"{meta['name']}.", "namespace": meta["namespace"]},
        "involvedObject": involved,
        "reason": reason,
        "message": f"{reason} {meta['name']}",
        "source": {"component": component},
        "type": "Normal",
        "count": 1,
    }


def scheduler(stage: Stage) -> None:
    """Bind each new pod to the next node; renew the leader's lease each 2 s, a read and a write."""
    client, election = Client(stage.server, SCHEDULER), Client(stage.server, SCHEDULER)
    bound: set[str] = set()
    named = {
        "metadata": {"name": "kube-scheduler", "namespace": "kube-system"},
        "spec": {"holderIdentity": "control-plane"},
    }
    election.send("POST", ELECTION.rpartition("/")[0], _renewed(named))

    def elect() -> None:
        _, lease = election.get(ELECTION, timeout="10s")
        election.send("PUT", ELECTION, _renewed(lease))

    def bind(change: str, pod: Object) -> None:
        meta = pod["metadata"]
        if change == "DELETED" or pod["spec"].get("nodeName") or meta["uid"] in bound:
            return
        target = {"kind": "Node", "name": NODES[len(bound) % len(NODES)]}
        bound.add(meta["uid"])
        path = f"/api/v1/namespaces/{meta['namespace']}"
        body = {
            "metadata": {"name": meta["name"], "namespace": meta["namespace"], "uid": meta["uid"]},
            "target": target,
        }
        client.send("POST", f"{path}/pods/{meta['name']}/binding", body)
        client.send("POST", f"{path}/events", _event(pod, "Scheduled", "default-scheduler"))

    stage.every(2, "election of kube-scheduler", elect)
    stage.inform(SCHEDULER, "/api/v1/pods", bind, fieldSelector="status.phase!=Succeeded,status.phase!=Failed")


def add_ons(stage: Stage) -> None:
    """Let the ingress controller hold its election in a ConfigMap, as it did, and Prometheus scrape the API server."""
    ingress, prometheus = Client(stage.server, INGRESS), Client(stage.server, PROMETHEUS)
    path = "/api/v1/namespaces/ingress/configmaps"
    leader: Object = {"metadata": {"name": "ingress-controller-leader-nginx", "namespace": "ingress"}}
    ingress.send("POST", path, leader)

    def elect() -> None:
        _, found = ingress.get(f"{path}/ingress-controller-leader-nginx")
        renewed = {"control-plane.alpha.kubernetes.io/leader": datetime.now(UTC).isoformat()}
        ingress.send(
            "PUT",
            f"{path}/ingress-controller-leader-nginx",
            {**found, "metadata": {**found["metadata"], "annotations": renewed}},
        )

    stage.every(7.5, "election of ingress-nginx", elect)
    stage.every(30, "prometheus", lambda: prometheus.get("/metrics"))


def probes(stage: Stage) -> None:
    """Ask for the API server's health as the kubelet of a kubeadm cluster does, and a load balancer before it."""
    for path, seconds in (("/livez", 10), ("/readyz", 1), ("/healthz", 5)):
        client = Client(stage.server, NOBODY)
        stage.every(seconds, f"probe of {path}", partial(client.get, path))
