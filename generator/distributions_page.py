"""The page about releases and distributions, docs/distributions.md: its tables come from the tables that rendering uses."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from generator.distributions import Distribution, rows
from generator.flags import SINCE
from generator.versions import API_VERSIONS, FIELDS, KUBEADM, POD

_HEAD = """\
# Kubernetes releases and distributions

<!-- Written by `make golden` from generator/distributions.py, versions.py and flags.py; do not edit. -->

`cluster.version` and `cluster.distribution` decide everything that differs between clusters: API versions and fields of the manifests,
flags of the API server, the version of the audit policy, and the files in `host/` with the steps to use them. What cannot work with a
release is an error, with the reason and what to write instead.

```text
$ audit-generator render prod.yaml
prod.yaml:4: cluster.version: expected Kubernetes 1.24 to 1.37 with Talos: before, its policy cannot be set, got 1.23 - take a newer Talos, or another distribution
```

## Distributions

`host/README.md` has the exact steps, how to check them and how to undo them; `host/audit-policy.yaml` is the policy. None of it is an API
object. `audit.log.path` changes where the log lies, except with Talos, minikube and managed clouds.

"""

_AFTER_DISTRIBUTIONS = """
Worth knowing:

* The log is tailed by its exact name in its own directory: a pattern such as `*.log` would read rotated files again.
* k3s and RKE2 label their servers `node-role.kubernetes.io/control-plane=true`, the others write an empty value. The agent asks for
  the label's presence, and tolerates the taints of the distribution's control-plane nodes.
* RKE2 writes a policy that records nothing where the file is missing.
* kOps has no setting for truncation, and kubespray writes the lines around the rules itself: `kubespray.yaml` has in each rule what
  the policy says for all of them.
* Talos's kubelet does not see the node's directories, so its pods' `hostPath` volumes have no type.
* minikube mounts one folder, read-only, into the API server: the log goes to standard output, and the agent reads the container's log.
* With SELinux in enforcing mode a container must have a type that may read the log's directory; nothing is rendered for that.

"""

_MANAGED = """\
## Managed clouds

`eks`, `gke` and `aks` take no policy and no flags, and show no file. The cloud keeps the log; one Fluentd beside the bridge, the
collector, fetches it from there, and the bridge leaves out what a policy would not have written:
[`bridge.config.filter`](policy.md#filter-in-the-bridge), the preset `recommended` where nothing is named. No DaemonSet is rendered, and
neither namespace nor node is privileged.

| `distribution` | where the log is | what the collector needs |
|---|---|---|
| `eks` | CloudWatch Logs, best effort by AWS's word | `cloud.eks.region`; an IAM role that may read the log group |
| `aks` | Azure Monitor, by a diagnostic setting to Event Hubs; large bodies are replaced by Azure | `cloud.aks.namespace`, `cloud.aks.hub`; a connection string in a Secret |
| `gke` | Cloud Audit Logs, by a sink to Pub/Sub: Google's own records, the Kubernetes event is lost | `cloud.gke.project`, `cloud.gke.subscription`; a Google account that may subscribe |

`cloud.image` names an image of Fluentd with the plugin for the cloud; there is no official one, and `host/Dockerfile` builds it.
`host/README.md` has the commands that turn the log on.

GKE's records are shipped as they are, without credentials. Filter, detection rules, alerts and `audit.actor` know nothing of them: they
are no audit events.

The collector keeps its buffer and how far it has read on a volume. What it fetches is acked as the agent's chunks are; what the cloud
loses before is lost.

"""

_RELEASES = """\
## Releases

The manifests are written for current releases. For older ones fields that they do not know are left out, and some things are said as
they were said then: the seccomp profile as an annotation before 1.19, a long first delay of the liveness probe in place of a startup
probe before 1.18, one selector for each peer of a NetworkPolicy before 1.11. Manifests that had to be changed have lost their comments.
Up to 1.24 PodSecurityPolicies are rendered, with the right to use them; clusters without that admission plugin ignore them. The
labels of Pod Security are on the namespaces always.

"""

_AUDITING = """
## Auditing by release

| release | what is rendered |
|---|---|
| 1.7 | the gate `AdvancedAuditing`; a policy in `v1alpha1`, preset `metadata` or rules without subresources, names and `omitStages`; the log is text, one line a stage. The bridge leaves RequestReceived out, for the policy cannot |
| 1.8 | `v1beta1`, preset `metadata` or own rules, with `omitStages` in each; JSON |
| 1.9 | every preset |
| 1.10 | truncation |
| 1.12 | `audit.k8s.io/v1` |
| 1.23 | `omitManagedFields` |

Rotation is always written out: before 1.36 the API server keeps every rotated file.

"""


def page() -> str:
    """Return the page in Markdown."""
    return "".join(
        (
            _HEAD,
            _table(("`distribution`", "Kubernetes", "policy", "log", "files in `host/`"), map(_row, _shown())),
            _AFTER_DISTRIBUTIONS,
            _MANAGED,
            _RELEASES,
            _table(("kind", "apiVersion, by its first release"), _kinds()),
            "\n",
            _table(("field", "from"), _fields()),
            "\nkubeadm's configuration, the newest that the release reads or the one in `cluster.kubeadmApi`:\n\n",
            _table(("format", "kubeadm"), ((f"`{name}`", f"{first} to {last}") for name, first, last in KUBEADM)),
            _AUDITING,
            _table(("flag", "from"), ((f"`--{name}`", first) for name, first in SINCE.items())),
        )
    )


def _shown() -> Iterator[tuple[str, Distribution]]:
    return ((name, row) for name, row in rows() if not row.managed)


def _row(named: tuple[str, Distribution]) -> tuple[str, ...]:
    name, row = named
    log = f"`{row.log}`" if row.log else "standard output"
    kept = ", ".join(f"`{file}`" for file in row.files) or "flags in the steps"
    return (
        f"`{name}`",
        f"{row.first} to {row.last}",
        f"`{row.policy}`",
        log + (", fixed" if row.log_is_fixed else ""),
        kept,
    )


def _kinds() -> Iterator[tuple[str, str]]:
    for kind, versions in API_VERSIONS.items():
        yield (
            kind,
            ", ".join(f"`{name}` {first}" for name, first in ((name, first) for first, name in reversed(versions))),
        )


def _fields() -> Iterator[tuple[str, str]]:
    """Yield fields by release, without where in a pod they stand."""
    for first, found in groupby(FIELDS, key=lambda field: field.first):
        names = (field.path.removeprefix(f"{POD}.spec.").removeprefix("spec.").replace(".*", "[]") for field in found)
        yield ", ".join(f"`{name}`" for name in names), first


def _table(head: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> str:
    rule = "|---" * len(head) + "|\n"
    first, *others = (f"| {' | '.join(line)} |\n" for line in (head, *lines))
    return first + rule + "".join(others)
