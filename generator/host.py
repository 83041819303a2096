"""What goes onto control-plane machines: the audit policy, the API server's flags, and the exact steps.

An audit policy is a file, not an API object: `kubectl apply` would refuse it, so none of this is among the manifests.
"""

from typing import TYPE_CHECKING, Any

from audit.presets import PRESETS, preset
from generator import templates
from generator.values import Values
from generator.versions import kubeadm_api

if TYPE_CHECKING:
    from generator.load import Inputs

POLICY = {"kubeadm": "/etc/kubernetes/audit-policy.yaml", "minikube": "/etc/ssl/certs/audit-policy.yaml"}
"""Where the API server's container sees the policy. minikube mounts nothing for us but its certificates' folder."""


def files(inputs: "Inputs", context: dict[str, Any]) -> dict[str, str]:
    """Return the files for the machines of the values' distribution, by path. Raises `TemplateError`."""
    values = inputs.values
    distribution = values.cluster.distribution
    context = {
        **context,
        "flags": flags(values),
        "policy_path": POLICY[distribution],
        "log_directory": values.audit.log.path.rpartition("/")[0],
        "kubeadm_api": kubeadm_api(values.cluster.version),
    }
    found = {
        "host/README.md": templates.render(f"manifests/host/README-{distribution}.md.j2", context),
        "host/audit-policy.yaml": policy(inputs),
    }
    if distribution == "kubeadm":
        found["host/kubeadm.yaml"] = templates.render("manifests/host/kubeadm.yaml.j2", context)
    return found


def flags(values: Values) -> dict[str, str]:
    """Return the API server's flags, without their dashes.

    Truncation keeps a line below one Fluentd chunk; what it removes from an event the bridge would have to remove for
    Loggly's limit anyway, and either says so in the event.
    """
    minikube = values.cluster.distribution == "minikube"
    log = values.audit.log
    result = {
        "audit-policy-file": POLICY[values.cluster.distribution],
        "audit-log-path": "-" if minikube else log.path,
        "audit-log-truncate-enabled": "true",
        "audit-log-truncate-max-event-size": str(values.bridge.config.limits.event_bytes),
    }
    if not minikube:
        result |= {
            "audit-log-maxage": str(log.max_age),
            "audit-log-maxbackup": str(log.max_backups),
            "audit-log-maxsize": str(log.max_size),
        }
    return dict(sorted(result.items()))


def policy(inputs: "Inputs") -> str:
    """Return the audit policy: the user's file as it is, a preset as the release reads it, or the user's own rules."""
    values = inputs.values
    if inputs.policy_text is not None:
        return inputs.policy_text
    rules = values.audit.policy.rules
    if rules is None:
        return preset(values.audit.policy.preset or PRESETS[0], values.cluster.version)
    written = [rule.model_dump(mode="json", by_alias=True, exclude_unset=True) for rule in rules]
    document = {"omitStages": ["RequestReceived"], "rules": written}
    return f"---\napiVersion: audit.k8s.io/v1\nkind: Policy\n{templates.to_yaml(document)}"
