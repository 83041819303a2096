"""For each shipped rule, events that it is about, and events that look like it."""

from typing import Any

import orjson

from tests.support.log import line

JENKINS = "system:serviceaccount:ci:jenkins"
APP = "system:serviceaccount:shop:app"
CONTROLLER = "system:serviceaccount:kube-system:generic-garbage-collector"
RBAC = "rbac.authorization.k8s.io"
LABELS = {JENKINS: "jenkins"}


def seen(user: str, verb: str, about: str, code: int = 200, body: Any = None, **more: Any) -> dict[str, Any]:
    """Return an event; keys of `ref` go into its objectRef, None leaves one out."""
    ref = more.pop("ref", {})
    whole: dict[str, Any] = orjson.loads(line(user, verb, about, code=code, level="Metadata", **more))
    if "objectRef" in whole:
        whole["objectRef"] = {key: value for key, value in (whole["objectRef"] | ref).items() if value is not None}
    if body is not None:
        whole["requestObject"] = body
    return whole


def pod(*, about: str = "pods", code: int = 201, **spec: Any) -> dict[str, Any]:
    return seen(APP, "create", about, code, {"spec": {"containers": [{"image": "nginx"}], **spec}}, ref={"name": None})


def container(kind: str = "containers", **of: Any) -> dict[str, Any]:
    spec: dict[str, Any] = {kind: [{"image": "x", **of}]}
    return pod(**spec)


def exec_(command: str, **more: Any) -> dict[str, Any]:
    uri = "/api/v1/namespaces/shop/pods/x/exec?" + "&".join(f"command={word}" for word in command.split())
    return seen("alice", "get", "pods/exec", 101, requestURI=uri, **more)


def impersonated(who: str, groups: tuple[str, ...] = (), user: str = "alice") -> dict[str, Any]:
    return seen(user, "delete", "pods", impersonatedUser={"username": who, "groups": groups})


def role(**of: Any) -> dict[str, Any]:
    return seen("alice", "create", f"roles.{RBAC}", 201, {"rules": [{"verbs": ["get"], "resources": ["pods"], **of}]})


def service(kind: str) -> dict[str, Any]:
    return seen("alice", "create", "services", 201, {"spec": {"type": kind}})


def map_of(name: str, verb: str = "patch") -> dict[str, Any]:
    return seen("alice", verb, "configmaps", name=name, ref={"namespace": "kube-system"})


HOOKS = "validatingwebhookconfigurations.admissionregistration.k8s.io"
HELD = pod(hostNetwork=True, code=403)

CASES: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "secret-viewed": (
        [seen("alice", verb, "secrets") for verb in ("get", "list", "watch")],
        [seen("alice", "get", "secrets", 403), seen("system:node:n", "get", "secrets"), seen("alice", "get", "pods")],
    ),
    "secrets-listed-everywhere": (
        [seen("alice", "list", "secrets", ref={"namespace": None, "name": None})],
        [seen("alice", "list", "secrets", ref={"name": None})],
    ),
    "secret-edited": (
        [seen("alice", verb, "secrets") for verb in ("create", "update", "patch", "delete", "deletecollection")],
        [seen("alice", "get", "secrets"), seen("alice", "patch", "secrets", 409)],
    ),
    "secret-read-denied": ([seen("alice", "get", "secrets", 403)], [seen("alice", "get", "secrets", 404)]),
    "secret-got-by-name": ([seen("alice", "get", "secrets")], [seen("alice", "list", "secrets")]),
    "token-minted": (
        [seen("alice", "create", "serviceaccounts/token", 201)],
        [seen("system:node:n", "create", "serviceaccounts/token", 201), seen("alice", "create", "serviceaccounts")],
    ),
    "failed-login": ([seen("", "list", "pods", 401)], [seen("alice", "list", "pods", 403)]),
    "access-denied": (
        [seen(user, "list", "pods", 403) for user in ("alice", APP, "system:anonymous")],
        [seen("system:kube-scheduler", "list", "pods", 403), seen("alice", "list", "pods")],
    ),
    "anonymous-access": (
        [seen("system:anonymous", "get", "configmaps")],
        [seen("system:anonymous", "get", "/healthz"), seen("system:anonymous", "get", "pods", 403)],
    ),
    "impersonation": ([impersonated("bob")], [seen("alice", "delete", "pods")]),
    "privileged-impersonation": (
        [impersonated("bob", ("system:masters",)), impersonated("system:admin")],
        [impersonated("bob", ("system:authenticated",)), seen("system:admin", "delete", "pods")],
    ),
    "admin-active": ([seen("kubernetes-admin", "delete", "pods")], [seen("kubernetes-admin", "get", "pods")]),
    "system-from-public": (
        [seen(APP, "get", "pods", sourceIPs=["10.0.0.1", "8.8.8.8"])],
        [seen(APP, "get", "pods", sourceIPs=["8.8.8.8", "10.0.0.1"]), seen("alice", "get", "pods", sourceIPs=["8.8.8.8"])],
    ),
    "known-bad-agent": (
        [seen("alice", "list", "pods", 403, userAgent="Kube-Hunter/1.0")],
        [seen("alice", "list", "pods", 403, userAgent="kubectl/v1.36.0")],
    ),
    "self-review": (
        [seen(APP, "create", "selfsubjectaccessreviews.authorization.k8s.io", 201)],
        [seen(APP, "create", "subjectaccessreviews.authorization.k8s.io", 201)],
    ),
    "exec": (
        [seen("alice", "get", "pods/exec", 101), seen("alice", "create", "pods/exec", 101), seen("alice", "get", "pods/attach", 101)],
        [seen("alice", "create", "pods", 201), seen("alice", "get", "pods/exec", 403), seen("alice", "get", "pods/log")],
    ),
    "shell-exec": (
        [exec_("sh"), exec_("/bin/bash -c ls"), exec_("/usr/bin/zsh")],
        [exec_("ls /bin/sh"), exec_("sha256sum x"), exec_("publish")],
    ),
    "sensitive-exec": ([exec_("cat /var/run/secrets/kubernetes.io/serviceaccount/token")], [exec_("cat /tmp/x")]),
    "copy-by-exec": ([exec_("tar cf - /data")], [exec_("tar tf x.tar")]),
    "port-forward": ([seen("alice", "get", "pods/portforward", 101)], [seen("alice", "get", "pods/exec", 101)]),
    "ephemeral-container": (
        [seen("alice", "patch", "pods/ephemeralcontainers")],
        [seen("alice", "get", "pods/ephemeralcontainers"), seen("alice", "patch", "pods")],
    ),
    "kubelet-proxy": (
        [seen(APP, "get", "nodes/proxy")],
        [seen("system:kube-apiserver", "get", "nodes/proxy"), seen(APP, "get", "nodes")],
    ),
    "privileged-container": (
        [container(kind, securityContext={"privileged": True}) for kind in ("containers", "initContainers")],
        [container(securityContext={"privileged": False}), pod(about="pods/binding", containers=[{"securityContext": {"privileged": True}}])],
    ),
    "host-path-volume": (
        [pod(volumes=[{"emptyDir": {}}, {"hostPath": {"path": "/data"}}])],
        [pod(volumes=[{"emptyDir": {}}]), pod(volumes=[])],
    ),
    "sensitive-host-path": (
        [pod(volumes=[{"hostPath": {"path": "/"}}]), pod(volumes=[{"hostPath": {"path": "/var/run/docker.sock"}}])],
        [pod(volumes=[{"hostPath": {"path": "/data"}}])],
    ),
    "host-network-pod": ([pod(hostNetwork=True)], [pod(hostNetwork=False), pod(), HELD]),
    "host-pid-pod": ([pod(hostPID=True)], [pod(hostIPC=True)]),
    "host-ipc-pod": ([pod(hostIPC=True)], [pod(hostPID=True)]),
    "capabilities-added": (
        [container("ephemeralContainers", securityContext={"capabilities": {"add": ["CHOWN", "SYS_ADMIN"]}})],
        [container(securityContext={"capabilities": {"drop": ["ALL"]}})],
    ),
    "miner-image": ([container(image="evil/XMRig:latest")], [container(image="nginx")]),
    "pod-in-system-namespace": (
        [seen("alice", "create", "pods", 201, ref={"namespace": "kube-system"})],
        [
            seen(CONTROLLER, "create", "pods", 201, ref={"namespace": "kube-system"}),
            seen("alice", "create", "pods/exec", 101, ref={"namespace": "kube-system"}),
            seen("alice", "create", "pods", 201),
        ],
    ),
    "daemonset-created": ([seen("alice", "create", "daemonsets.apps", 201)], [seen("alice", "patch", "daemonsets.apps")]),
    "job-changed": (
        [seen("alice", "create", "jobs.batch", 201), seen("alice", "delete", "cronjobs.batch")],
        [seen(CONTROLLER, "create", "jobs.batch", 201), seen("alice", "get", "jobs.batch")],
    ),
    "deployment-patched": (
        [seen("alice", "patch", "deployments.apps")],
        [seen("alice", "update", "deployments.apps"), seen("alice", "patch", "daemonsets.apps")],
    ),
    "deployment-deleted": (
        [seen("alice", "delete", "deployments.apps"), seen("alice", "deletecollection", "deployments.apps")],
        [seen("alice", "delete", "pods")],
    ),
    "rbac-changed": ([seen("alice", "delete", f"rolebindings.{RBAC}")], [seen("system:apiserver", "create", f"roles.{RBAC}", 201)]),
    "rbac-changed-by-service-account": (
        [seen(APP, "create", f"roles.{RBAC}", 201)],
        [seen(CONTROLLER, "create", f"roles.{RBAC}", 201), seen("alice", "create", f"roles.{RBAC}", 201)],
    ),
    "cluster-admin-bound": (
        [seen("alice", "create", f"clusterrolebindings.{RBAC}", 201, {"roleRef": {"name": "cluster-admin"}})],
        [seen("alice", "create", f"clusterrolebindings.{RBAC}", 201, {"roleRef": {"name": "view"}})],
    ),
    "role-of-everything": ([role(verbs=["*"]), role(resources=["*"])], [role(), role(verbs=["get", "list"])]),
    "role-with-escalation": ([role(verbs=["impersonate"])], [role(verbs=["list"])]),
    "role-with-exec": ([role(resources=["pods", "pods/exec"])], [role(resources=["pods/log"])]),
    "role-with-kubelet": ([role(resources=["nodes/proxy"])], [role(resources=["nodes/metrics"])]),
    "system-role-changed": (
        [seen("alice", "patch", f"clusterroles.{RBAC}", name="system:node")],
        [seen("alice", "patch", f"clusterroles.{RBAC}", name="view"), seen(CONTROLLER, "patch", f"clusterroles.{RBAC}", name="system:node")],
    ),
    "account-created": (
        [seen("alice", "create", "serviceaccounts", 201)],
        [seen("alice", "create", "serviceaccounts/token", 201)],
    ),
    "csr-created": (
        [seen("alice", "create", "certificatesigningrequests.certificates.k8s.io", 201)],
        [seen("system:node:n", "create", "certificatesigningrequests.certificates.k8s.io", 201)],
    ),
    "csr-approved": (
        [seen("alice", "update", "certificatesigningrequests.certificates.k8s.io/approval")],
        [seen("alice", "update", "certificatesigningrequests.certificates.k8s.io/status")],
    ),
    "admission-changed": ([seen("alice", "patch", HOOKS)], [seen("alice", "get", HOOKS)]),
    "dns-changed": ([map_of("coredns")], [map_of("coredns", "get"), map_of("other")]),
    "aws-auth-changed": ([map_of("aws-auth")], [map_of("coredns")]),
    "events-deleted": (
        [seen("alice", "deletecollection", "events"), seen("alice", "delete", "events.events.k8s.io")],
        [seen(CONTROLLER, "deletecollection", "events"), seen("alice", "delete", "pods")],
    ),
    "namespace-changed": ([seen("alice", "delete", "namespaces")], [seen("alice", "patch", "namespaces")]),
    "node-joined": ([seen("alice", "create", "nodes", 201)], [seen("system:node:n", "create", "nodes", 201)]),
    "human-change": ([seen("alice", "patch", "pods")], [seen(APP, "patch", "pods"), seen("alice", "get", "pods")]),
    "network-policy-changed": (
        [seen("alice", "delete", "networkpolicies.networking.k8s.io")],
        [seen("alice", "get", "networkpolicies.networking.k8s.io")],
    ),
    "node-port-service": ([service("NodePort")], [service("ClusterIP")]),
    "load-balancer-service": ([service("LoadBalancer")], [service("NodePort")]),
    "ingress-without-tls": (
        [seen("alice", "create", "ingresses.networking.k8s.io", 201, {"spec": {"rules": []}})],
        [
            seen("alice", "create", "ingresses.networking.k8s.io", 201, {"spec": {"tls": [{"hosts": ["x"]}]}}),
            seen("alice", "create", "ingresses.networking.k8s.io", 201),
        ],
    ),
    "ci-change": ([seen(JENKINS, "patch", "deployments.apps")], [seen("alice", "patch", "deployments.apps")]),
    "ci-from-outside": (
        [seen(JENKINS, "get", "pods", sourceIPs=["8.8.8.8"])],
        [seen(JENKINS, "get", "pods", sourceIPs=["10.0.0.1"])],
    ),
    "ci-impersonated": ([impersonated(JENKINS)], [seen(JENKINS, "delete", "pods")]),
    "change-by-others": ([seen("alice", "patch", "pods")], [seen(JENKINS, "patch", "pods")]),
}  # fmt: skip
