"""Each pod against the Pod Security level that its namespace enforces: what the API server would refuse to run.

The rules are those of the Pod Security Standards of Kubernetes 1.37: baseline forbids what is known to lead out of a container,
restricted asks for what hardening is wanted on top. A workload that breaks them is created all the same; only its pods are
refused, with an event that nobody looks at.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from audit.problems import Path
from audit.releases import at_least
from generator.findings import Finding
from generator.objects import Object, Pod, dig, items, mapping, pods

CHECK = "pod-security"
ENFORCE = "pod-security.kubernetes.io/enforce"
FIRST = "1.22"
"""The first release in which a namespace can have a level."""

LEVELS = ("privileged", "baseline", "restricted")

_CAPABILITIES = frozenset(
    (
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    )
)
"""What baseline lets a container add."""

_VOLUMES = frozenset(
    (
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    )
)
"""What restricted lets a pod mount."""

_SYSCTLS = frozenset(
    (
        "kernel.shm_rmid_forced",
        *(
            f"net.ipv4.{name}"
            for name in (
                *("ip_local_port_range", "ip_local_reserved_ports", "ip_unprivileged_port_start", "ping_group_range"),
                *("tcp_fin_timeout", "tcp_keepalive_intvl", "tcp_keepalive_probes", "tcp_keepalive_time"),
                *("tcp_rmem", "tcp_syncookies", "tcp_wmem"),
            )
        ),
    )
)
"""What baseline lets a pod set of the kernel."""

_SELINUX = frozenset({"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"})


class Breach(NamedTuple):
    """A field that a level does not allow: where, what it asks, what stands there."""

    path: Path
    want: str
    got: str


def check(objects: Sequence[Object], version: str) -> Iterator[Finding]:
    """Find pods that their namespace would refuse; a namespace without a level refuses none, and that is told.

    Releases before 1.22 have no Pod Security levels, and not all the fields that the levels ask for.
    """
    if not at_least(version, FIRST):
        return
    levels = {one.name: one.labels.get(ENFORCE) for one in objects if one.kind == "Namespace"}
    for one in objects:
        if one.kind == "Namespace" and levels[one.name] not in LEVELS:
            got = repr(levels[one.name]) if levels[one.name] else "none"
            want, cure = f"a Pod Security level: {', '.join(LEVELS)}", f"set {ENFORCE}"
            yield one.finding(CHECK, ("metadata", "labels"), want, got, cure, severity="warning")
    for pod in pods(list(objects)):
        level = levels.get(pod.namespace)
        for path, want, got in breaches(pod, level or "privileged"):
            cure = f"change the pod, or lower {ENFORCE} of {pod.namespace}"
            yield pod.owner.finding(CHECK, path, f"{want} ({level})", got, cure)


def breaches(pod: Pod, level: str) -> Iterator[Breach]:
    """Yield what a level refuses in a pod; `privileged` refuses nothing."""
    if level in ("baseline", "restricted"):
        yield from _baseline_pod(pod)
        for path, container in pod.containers:
            yield from _baseline(path, container)
    if level == "restricted":
        yield from _restricted_pod(pod)
        for path, container in pod.containers:
            yield from _restricted(path, container, mapping(pod.spec.get("securityContext")))


def _baseline_pod(pod: Pod) -> Iterator[Breach]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.spec.get(field):
            yield Breach((*pod.path, field), "no namespace of the host", "true")
    for at, volume in enumerate(items(pod.spec.get("volumes"))):
        if dig(volume, "hostPath") is not None:
            yield Breach((*pod.path, "volumes", at), "no hostPath", repr(dig(volume, "hostPath", "path")))
    for at, sysctl in enumerate(items(dig(pod.spec, "securityContext", "sysctls"))):
        if dig(sysctl, "name") not in _SYSCTLS:
            where = (*pod.path, "securityContext", "sysctls", at)
            yield Breach(where, "a safe sysctl", repr(dig(sysctl, "name")))
    yield from _context((*pod.path, "securityContext"), mapping(pod.spec.get("securityContext")))


def _baseline(path: Path, container: Mapping[str, Any]) -> Iterator[Breach]:
    context = mapping(container.get("securityContext"))
    if context.get("privileged"):
        yield Breach((*path, "securityContext", "privileged"), "no privileged container", "true")
    for at, name in enumerate(items(dig(context, "capabilities", "add"))):
        if name not in _CAPABILITIES:
            where = (*path, "securityContext", "capabilities", "add", at)
            yield Breach(where, "only capabilities of a container's usual ones", repr(name))
    for at, port in enumerate(items(container.get("ports"))):
        if dig(port, "hostPort"):
            yield Breach((*path, "ports", at, "hostPort"), "no port of the host", repr(dig(port, "hostPort")))
    if context.get("procMount") not in (None, "Default"):
        yield Breach((*path, "securityContext", "procMount"), "Default", repr(context.get("procMount")))
    yield from _context((*path, "securityContext"), context)


def _context(path: Path, context: Mapping[str, Any]) -> Iterator[Breach]:
    """Yield what baseline refuses of a pod's and of a container's context alike."""
    if dig(context, "seccompProfile", "type") == "Unconfined":
        yield Breach((*path, "seccompProfile", "type"), "RuntimeDefault or Localhost", "'Unconfined'")
    if dig(context, "appArmorProfile", "type") == "Unconfined":
        yield Breach((*path, "appArmorProfile", "type"), "RuntimeDefault or Localhost", "'Unconfined'")
    selinux = mapping(context.get("seLinuxOptions"))
    if selinux.get("type", "") not in _SELINUX:
        yield Breach((*path, "seLinuxOptions", "type"), "a container's type", repr(selinux.get("type")))
    for field in ("user", "role"):
        if selinux.get(field):
            yield Breach((*path, "seLinuxOptions", field), "none", repr(selinux[field]))
    if dig(context, "windowsOptions", "hostProcess"):
        yield Breach((*path, "windowsOptions", "hostProcess"), "no process of the host", "true")


def _restricted_pod(pod: Pod) -> Iterator[Breach]:
    for at, volume in enumerate(items(pod.spec.get("volumes"))):
        for kind in mapping(volume).keys() - {"name", "hostPath"} - _VOLUMES:
            yield Breach((*pod.path, "volumes", at), "a volume of a kind that holds no host's files", repr(kind))
    if dig(pod.spec, "securityContext", "runAsUser") == 0:
        yield Breach((*pod.path, "securityContext", "runAsUser"), "a user other than root", "0")


def _restricted(path: Path, container: Mapping[str, Any], pod: Mapping[str, Any]) -> Iterator[Breach]:
    context = mapping(container.get("securityContext"))
    where = (*path, "securityContext")
    for want, wrong, got in (
        ("allowPrivilegeEscalation: false", context.get("allowPrivilegeEscalation") is not False, "none"),
        ("runAsNonRoot: true", context.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True, "none"),
        ("a user other than root", context.get("runAsUser") == 0, "0"),
        ("capabilities: {drop: [ALL]}", "ALL" not in items(dig(context, "capabilities", "drop")), "none"),
        ("a seccompProfile, RuntimeDefault or Localhost", _seccomp(context, pod) is None, "none"),
    ):
        if wrong:
            yield Breach(where, want, got)
    for at, name in enumerate(items(dig(context, "capabilities", "add"))):
        if name in _CAPABILITIES - {"NET_BIND_SERVICE"}:
            yield Breach((*where, "capabilities", "add", at), "only NET_BIND_SERVICE", repr(name))


def _seccomp(context: Mapping[str, Any], pod: Mapping[str, Any]) -> Any:
    return dig(context, "seccompProfile", "type") or dig(pod, "seccompProfile", "type")
