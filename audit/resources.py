"""What Kubernetes itself serves: API groups, their resources and subresources, and the verbs of a request.

The union over all releases since 1.8, for a policy may be meant for any of them; what only aggregated servers and custom
resources serve is not in it, apart from metrics. Source: the API's discovery documents, release by release.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

RESOURCE_VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
"""The verbs of requests for resources. `proxy` was one, too, until the path /api/v1/proxy went."""

URL_VERBS = ("get", "head", "options", "post", "put", "patch", "delete")
"""The verbs of requests for other paths: HTTP's methods."""

FOREIGN_VERBS = MappingProxyType(
    {
        "replace": "update",
        "edit": "update",
        "write": "update",
        "apply": "patch",
        "read": "get",
        "remove": "delete",
        "exec": "create",
        "connect": "create",
        "approve": "update",
        "sign": "update",
        "bind": "create",
        "escalate": "update",
        "use": "create",
        "impersonate": "get",
    }
)
"""Words that are no verb of a request: kubectl's, admission's, or only RBAC's; and the verb that is most likely meant."""

_NAMESPACED = {
    "": """
        bindings configmaps endpoints events limitranges persistentvolumeclaims/status podtemplates
        pods/attach,binding,checkpoint,ephemeralcontainers,eviction,exec,log,portforward,proxy,resize,status
        replicationcontrollers/scale,status resourcequotas/status secrets serviceaccounts/token services/proxy,status""",
    "apps": """
        controllerrevisions daemonsets/status deployments/rollback,scale,status replicasets/scale,status
        statefulsets/scale,status""",
    "authorization.k8s.io": "localsubjectaccessreviews",
    "autoscaling": "horizontalpodautoscalers/status",
    "batch": "cronjobs/status jobs/status scheduledjobs/status",
    "certificates.k8s.io": "podcertificaterequests/status",
    "checkpoint.k8s.io": "podcheckpoints/status",
    "coordination.k8s.io": "leasecandidates leases",
    "discovery.k8s.io": "endpointslices",
    "events.k8s.io": "events",
    "extensions": """
        daemonsets/status deployments/rollback,scale,status ingresses/status networkpolicies
        replicasets/scale,status replicationcontrollers/scale""",
    "lifecycle.k8s.io": "evictionrequests/status evictions/status",
    "metrics.k8s.io": "pods",
    "networking.k8s.io": "ingresses/status networkpolicies/status",
    "policy": "poddisruptionbudgets/status",
    "rbac.authorization.k8s.io": "rolebindings roles",
    "resource.k8s.io": """
        podschedulingcontexts/status podschedulings/status resourceclaimparameters resourceclaims/binding,driver,status
        resourceclaimtemplates resourceclassparameters""",
    "scheduling.k8s.io": "compositepodgroups/status podgroups/status workloads/status",
    "settings.k8s.io": "podpresets",
    "storage.k8s.io": "csistoragecapacities",
}

_CLUSTER = {
    "": "componentstatuses namespaces/finalize,status nodes/proxy,status persistentvolumes/status",
    "admissionregistration.k8s.io": """
        externaladmissionhookconfigurations initializerconfigurations mutatingadmissionpolicies
        mutatingadmissionpolicybindings mutatingwebhookconfigurations validatingadmissionpolicies/status
        validatingadmissionpolicybindings validatingwebhookconfigurations""",
    "apiextensions.k8s.io": "customresourcedefinitions/status",
    "apiregistration.k8s.io": "apiservices/status",
    "auditregistration.k8s.io": "auditsinks",
    "authentication.k8s.io": "selfsubjectreviews tokenreviews",
    "authorization.k8s.io": "selfsubjectaccessreviews selfsubjectrulesreviews subjectaccessreviews",
    "certificates.k8s.io": "certificatesigningrequests/approval,status clustertrustbundles",
    "extensions": "podsecuritypolicies thirdpartyresources",
    "flowcontrol.apiserver.k8s.io": "flowschemas/status prioritylevelconfigurations/status",
    "internal.apiserver.k8s.io": "storageversions/status",
    "metrics.k8s.io": "nodes",
    "networking.k8s.io": "clustercidrs ingressclasses ipaddresses servicecidrs/status",
    "node.k8s.io": "runtimeclasses",
    "policy": "podsecuritypolicies",
    "rbac.authorization.k8s.io": "clusterrolebindings clusterroles",
    "resource.k8s.io": """
        deviceclasses devicetaintrules/status resourceclasses resourcepoolstatusrequests/status resourceslices""",
    "scheduling.k8s.io": "priorityclasses",
    "storage.k8s.io": "csidrivers csinodes storageclasses volumeattachments/status volumeattributesclasses",
    "storagemigration.k8s.io": "storageversionmigrations/status",
}


def _parsed(table: Mapping[str, str]) -> dict[tuple[str, str], frozenset[str]]:
    """Return the subresources by group and resource; `pods/exec,log` in a table is `pods` with two of them."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for group, words in table.items():
        for word in words.split():
            resource, _, below = word.partition("/")
            found[group, resource] = frozenset(below.split(",") if below else ())
    return found


_SUBRESOURCES = MappingProxyType({**_parsed(_NAMESPACED), **_parsed(_CLUSTER)})
_OF_THE_CLUSTER = frozenset(_parsed(_CLUSTER))
_GROUPS = frozenset(group for group, _ in _SUBRESOURCES)


def is_group(group: str) -> bool:
    """Whether a group is one of Kubernetes' own; "" is the core group."""
    return group in _GROUPS


def groups() -> list[str]:
    """Return Kubernetes' own groups, sorted; "" is the core group."""
    return sorted(_GROUPS)


def resources(group: str) -> list[str]:
    """Return the resources of a group, sorted; none for a group that is not Kubernetes' own."""
    return sorted(name for one, name in _SUBRESOURCES if one == group)


def is_served(group: str, resource: str) -> bool:
    """Whether Kubernetes itself serves a resource in a group."""
    return (group, resource) in _SUBRESOURCES


def groups_of(resource: str) -> list[str]:
    """Return the groups that serve a resource, sorted."""
    return sorted(group for group, name in _SUBRESOURCES if name == resource)


def subresources(group: str, resource: str) -> frozenset[str]:
    """Return the subresources of a resource; none where it is not known."""
    return _SUBRESOURCES.get((group, resource), frozenset())


def is_cluster_scoped(group: str, resource: str) -> bool:
    """Whether objects of a known resource are in no namespace. A Namespace's requests carry its own name as namespace."""
    return (group, resource) in _OF_THE_CLUSTER


def known() -> Iterator[tuple[str, str]]:
    """Yield every (group, resource) that Kubernetes serves."""
    yield from _SUBRESOURCES
