"""What goes onto control-plane machines: the audit policy, the API server's flags, and the exact steps.

An audit policy is a file, not an API object: `kubectl apply` would refuse it, so none of this is among the manifests.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.releases import at_least
from generator import audit_policy, templates, webhook
from generator.distributions import Distribution, distribution
from generator.flags import ROTATION, known
from generator.values import Values
from generator.versions import kubeadm_api

if TYPE_CHECKING:
    from generator.load import Inputs

CONTAINER_LOG = "/var/log/containers/kube-apiserver-*.log"
"""Where a node has the API server's standard output; it is a pattern, for each container has a log of its own."""

KOPS = {
    "audit-log-maxage": "auditLogMaxAge",
    "audit-log-maxbackup": "auditLogMaxBackups",
    "audit-log-maxsize": "auditLogMaxSize",
    "audit-log-path": "auditLogPath",
    "audit-policy-file": "auditPolicyFile",
}
"""The flags that kOps can set, and its names for them (kubernetes/kops `pkg/apis/kops`)."""

LOCALKUBE = {
    "audit-log-maxage": "LogOptions.MaxAge",
    "audit-log-maxbackup": "LogOptions.MaxBackups",
    "audit-log-maxsize": "LogOptions.MaxSize",
    "audit-log-path": "LogOptions.Path",
    "audit-policy-file": "PolicyFile",
}
"""The fields of `AuditOptions` in kubernetes/apiserver 1.7 and 1.8, which minikube took at that time."""


@dataclass(frozen=True, slots=True)
class Mount:
    """A path of the node that the API server's container must see, under the same path."""

    name: str
    path: str
    type: str
    read_only: bool


def way(values: Values) -> Distribution:
    """Return what the cluster's distribution decides."""
    return distribution(values.cluster.distribution, values.cluster.version)


def log_file(values: Values) -> str | None:
    """Return the log's path on the node; None where there is no file."""
    found = way(values)
    return (values.audit.log.path or found.log) if found.log else None


def log_path(values: Values) -> str:
    """Return what an agent reads on a node: the log, or the pattern of the container's logs."""
    return log_file(values) or CONTAINER_LOG


def log_directories(values: Values) -> list[str]:
    """Return what an agent needs to see of the node. A container's log is a link from one of these to the other."""
    if webhook.is_direct(values):
        return []
    path = log_file(values)
    return [path.rpartition("/")[0]] if path else ["/var/log/containers", "/var/log/pods"]


def files(inputs: "Inputs", context: dict[str, Any]) -> dict[str, str]:
    """Return the files for the machines of the values' distribution, by path. Raises `TemplateError`."""
    values = inputs.values
    found = way(values)
    written = {} if found.managed else {"host/audit-policy.yaml": policy(inputs)}
    if values.audit.webhook:
        written["host/audit-webhook/kubeconfig"] = webhook.kubeconfig(values)
    context = {**context, **host_context(inputs)}
    for name, template in (("README.md", f"README-{found.steps}.md"), *((one, one) for one in found.files)):
        written[f"host/{name}"] = templates.render(f"manifests/host/{template}.j2", context)
    return written


def host_context(inputs: "Inputs") -> dict[str, Any]:
    """Return what the templates of host files need; what only few need is a function, for it takes as long as all else."""
    values = inputs.values
    version, path = values.cluster.version, log_file(values) or ""
    set_flags = flags(values)
    return {
        "at_least": lambda first: at_least(version, first),
        "audit_policy": policy(inputs),
        "audit_rules": lambda: audit_policy.rules_alone(policy(inputs)),
        "flags": set_flags,
        "kops_keys": {KOPS[name]: _whole(value) for name, value in set_flags.items() if name in KOPS},
        "kubeadm_api": values.cluster.kubeadm_api or kubeadm_api(version),
        "localkube_fields": {LOCALKUBE[name]: value for name, value in set_flags.items() if name in LOCALKUBE},
        "log_directory": path.rpartition("/")[0],
        "log_file": path,
        "mounts": mounts(values),
        "patch": [*patch(values)],
        "policy_data": lambda: templates.from_yaml(policy(inputs))[0],
        "policy_path": way(values).policy,
        "rotation": ROTATION,
        "way": way(values),
        "webhook_by_service": webhook.by_service(values),
        "webhook_called": webhook.called(values) if values.audit.webhook else "",
        "webhook_seen": webhook.directory(values),
    }


def flags(values: Values) -> dict[str, str]:
    """Return the API server's audit flags, without their dashes; those that the distribution sets itself among them.

    Truncation keeps a line below one Fluentd chunk; what it removes from an event the bridge would have to remove for
    Loggly's limit anyway, and either says so in the event.
    """
    found, log = way(values), values.audit.log
    if found.managed:
        return {}
    path = log_file(values)
    result = {"audit-policy-file": found.policy, "audit-log-path": path or "-"}
    if found.settable == "every flag":
        result["audit-log-truncate-enabled"] = "true"
        result["audit-log-truncate-max-event-size"] = str(values.bridge.config.limits.event_bytes)
    if path:
        result |= dict(zip(ROTATION, map(str, (log.max_age, log.max_backups, log.max_size)), strict=True))
    return known(result | webhook.flags(values), values.cluster.version)


def mounts(values: Values) -> list[Mount]:
    """Return what the API server's container must see of the node, where one mounts it by hand."""
    found, path = way(values), log_file(values)
    policy_mount = Mount("audit-policy", found.policy, "File", read_only=True)
    log_mount = [Mount("audit-log", path.rpartition("/")[0], "DirectoryOrCreate", read_only=False)] if path else []
    seen = webhook.directory(values) if values.audit.webhook else ""
    webhook_mount = [Mount("audit-webhook", seen, "Directory", read_only=True)] if seen else []
    return [policy_mount, *log_mount, *webhook_mount]


def patch(values: Values) -> list[dict[str, Any]]:
    """Return the JSON patch (RFC 6902) that turns auditing on in the manifest of the API server's static pod."""
    container = "/spec/containers/0"
    typed = at_least(values.cluster.version, "1.8")
    found: list[tuple[str, Any]] = [
        (f"{container}/command", f"--{name}={value}") for name, value in flags(values).items()
    ]
    for mount in mounts(values):
        read_only = {"readOnly": True} if mount.read_only else {}
        found.append((f"{container}/volumeMounts", {"mountPath": mount.path, "name": mount.name, **read_only}))
        host_path = {"path": mount.path, **({"type": mount.type} if typed else {})}
        found.append(("/spec/volumes", {"hostPath": host_path, "name": mount.name}))
    return [{"op": "add", "path": f"{path}/-", "value": value} for path, value in found]


def policy(inputs: "Inputs") -> str:
    """Return the audit policy: the user's file as it is, a preset as the release reads it, or the user's own rules."""
    values, version = inputs.values, inputs.values.cluster.version
    if inputs.policy_text is not None:
        return inputs.policy_text
    if (rules := values.audit.policy.rules) is not None:
        return audit_policy.rules_text(rules, version)
    return audit_policy.preset_text(values.audit.policy.preset or audit_policy.default_preset(version), version)


def _whole(value: str) -> int | str:
    return int(value) if value.isdecimal() else value
