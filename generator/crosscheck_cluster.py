"""What the cluster's release and distribution allow, of policy, log and formats; each with the reason why not."""

from collections.abc import Iterator

from audit.document import Path
from audit.policy_reading import judged
from audit.releases import at_least
from generator import audit_policy, distributions, host
from generator.crosscheck_webhook import webhook_disagreements
from generator.values import Log, Values
from generator.versions import KUBEADM, kubeadm_reads

Told = tuple[Path, str, str, str]
"""Where, what was wanted, what stood there, how to cure it."""

_WHY = {
    "k3s": "before, it reads no configuration file",
    "talos": "before, its policy cannot be set",
}
"""Why not older releases, where that is a fact about the distribution and not about us."""


def cluster_disagreements(values: Values) -> Iterator[Told]:
    """Yield everything that does not go together here."""
    if not distributions.knows(values.cluster.distribution, values.cluster.version):
        yield _release(values)
        return
    for check in (_kubeadm, _managed, _cloud, _log, _policy, _autoscaling):
        yield from check(values)
    yield from webhook_disagreements(values)


def _release(values: Values) -> Told:
    name, version = values.cluster.distribution, values.cluster.version
    first, last = distributions.releases(name)
    found = distributions.distribution(name, version)
    why = _WHY.get(name, "how older ones are set up is not known here")
    want = f"Kubernetes {first} to {last} with {found.title}: {why}"
    return ("cluster", "version"), want, version, f"take a newer {found.title}, or another distribution"


def _kubeadm(values: Values) -> Iterator[Told]:
    api, version = values.cluster.kubeadm_api, values.cluster.version
    if api is None:
        return
    at: Path = ("cluster", "kubeadmApi")
    if values.cluster.distribution != "kubeadm":
        yield at, "the distribution kubeadm with it", values.cluster.distribution, "leave it out"
    elif not kubeadm_reads(api, version):
        known = ", ".join(name for name, _, _ in KUBEADM if kubeadm_reads(name, version))
        cure = (
            f"write {known.replace(', ', ' or ')}, or leave it out"
            if known
            else "leave it out: the manifest is patched"
        )
        yield at, f"a format that kubeadm {version} reads", api, cure


def _managed(values: Values) -> Iterator[Told]:
    """Refuse a policy where a cloud's control plane takes none."""
    found = host.way(values)
    if found.managed:
        for name in ("preset", "file", "rules"):
            if getattr(values.audit.policy, name) is not None:
                want = f"no policy with {found.title}, which takes none"
                cure = "set bridge.config.filter.policy_file, which the bridge applies"
                yield ("audit", "policy", name), want, "one", cure


def _cloud(values: Values) -> Iterator[Told]:
    """Refuse another cloud's keys, and a managed cloud of which nothing is said."""
    name, managed = values.cluster.distribution, host.way(values).managed
    for key in ("eks", "gke", "aks"):
        given = getattr(values.cloud, key)
        if key == name and given is None:
            yield ("cloud", key), "where the cloud keeps the audit log", "nothing", "docs/distributions.md says what"
        elif key != name and given is not None:
            yield ("cloud", key), f"the distribution {key} with it", name, "leave it out"
    if managed and values.cloud.image is None:
        want = "an image of Fluentd with the plugin for the cloud"
        yield ("cloud", "image"), want, "nothing", "there is no official one: build it with host/Dockerfile"
    if managed:
        yield from _collector(values)


def _collector(values: Values) -> Iterator[Told]:
    """Refuse what does not go with a Fluentd beside the bridge."""
    title = host.way(values).title
    beside = f"with {title}: what fetches the log is a Fluentd beside the bridge"
    if values.agent.flavor != "fluentd":
        yield ("agent", "flavor"), f"fluentd {beside}", values.agent.flavor, "leave it out"
    if not values.bridge.enabled:
        yield ("bridge", "enabled"), f"true {beside}", "false", "leave it out"
    if values.forward.address is not None:
        yield ("forward", "address"), f"none {beside}", repr(values.forward.address), "leave it out"
    if values.tls.client_certificates:
        want = f"false {beside}, and has no certificate of its own"
        yield ("tls", "clientCertificates"), want, "true", "leave it out, and set forward.sharedKeySecret"


def _log(values: Values) -> Iterator[Told]:
    log, found, state = values.audit.log, host.way(values), values.agent.state_directory
    path = host.log_file(values)
    if path is None:
        why = "has no log file" if found.managed else "writes to standard output"
        want = f"the default: {found.title}'s API server {why}"
        for name, field in Log.model_fields.items():
            if getattr(log, name) != field.default:
                yield ("audit", "log", field.alias or name), want, repr(getattr(log, name)), "leave it out"
    elif found.log_is_fixed and path != found.log:
        yield ("audit", "log", "path"), f"{found.log}, which {found.title} sets", repr(path), "leave it out"
    elif path.count("/") < 3 or path.rpartition("/")[0] == "/var/log":
        want = "a file in a directory of its own below /var/log or the like, for the directory is mounted"
        yield ("audit", "log", "path"), want, repr(path), ""
    elif f"{state}/".startswith(f"{path.rpartition('/')[0]}/"):
        yield ("agent", "stateDirectory"), "a directory outside the log's, which is read-only", repr(state), ""


def _policy(values: Values) -> Iterator[Told]:
    policy, version = values.audit.policy, values.cluster.version
    given = [name for name in ("preset", "file", "rules") if getattr(policy, name) is not None]
    if len(given) > 1:
        yield ("audit", "policy"), "one of preset, file and rules", " and ".join(given), "set the others to null"
    if policy.preset and policy.preset not in audit_policy.presets(version):
        want = f"Kubernetes 1.9 or newer for it: 1.7 and 1.8 have only {audit_policy.OLDEST_PRESET}"
        cure = f"write {audit_policy.OLDEST_PRESET}, or rules of your own"
        yield ("audit", "policy", "preset"), want, version, cure
    if policy.rules == ():
        yield ("audit", "policy", "rules"), "at least one rule", "an empty list", "use a preset"
    if policy.rules:
        yield from _rules(values)


def _rules(values: Values) -> Iterator[Told]:
    version = values.cluster.version
    reading = audit_policy.reading_version(version)
    rules = [
        rule.model_dump(mode="json", by_alias=True, exclude_unset=True) for rule in values.audit.policy.rules or ()
    ]
    whole = {"apiVersion": audit_policy.policy_api(reading), "kind": "Policy", "rules": rules}
    found = judged(whole, reading)
    for one in (*found.errors, *found.warnings):
        yield ("audit", "policy", *one.path), one.want, one.got, one.cure
    if found.policy and not at_least(version, "1.8"):
        for path, want, got, cure in audit_policy.not_in_1_7(found.policy):
            yield ("audit", "policy", *path), want, got, cure


def _autoscaling(values: Values) -> Iterator[Told]:
    if values.bridge.autoscaling and not at_least(values.cluster.version, "1.8"):
        want = "Kubernetes 1.8 or newer for it"
        yield ("bridge", "autoscaling"), want, values.cluster.version, "set bridge.replicas, and this to null"
