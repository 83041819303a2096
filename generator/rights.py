"""Rights for one identity in some namespaces: Roles and RoleBindings, and what is not given lightly. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from generator.errors import GeneratorError

RBAC = "rbac.authorization.k8s.io"
DEPLOYER = (
    "get,list,watch:pods,pods/log,events,replicasets.apps",
    "get,list,watch,create,update,patch,delete:configmaps,services",
    "get,list,watch,create,update,patch,delete:deployments.apps,statefulsets.apps,jobs.batch,cronjobs.batch,ingresses.networking.k8s.io",
)
"""What an identity needs that deploys applications, and no more: no Secrets, no commands in containers, no rights for others."""

_ALLOWED = re.compile(r"([a-z*]+(?:,[a-z*]+)*):([a-z0-9*./-]+(?:,[a-z0-9*./-]+)*)")
_VERBS = {
    "*": "every verb, also those of releases to come",
    "bind": "rights that it does not have itself",
    "escalate": "rights that it does not have itself",
    "impersonate": "acting in another's name",
}
_RESOURCES = {
    "*": "every resource, also those of releases to come",
    "pods/attach": "what runs in every container",
    "pods/exec": "commands in every container, with its Secrets",
    "pods/portforward": "what containers keep to themselves",
    "rolebindings": "rights for anybody",
    "roles": "rights for anybody",
    "secrets": "every password of the namespace",
    "serviceaccounts/token": "the rights of every service account",
}


class RightsError(GeneratorError):
    """Rights that cannot be read, or are not given, a line each."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who gets the rights: a user, or a service account in a namespace. `slug` names the objects."""

    name: str
    slug: str
    account_namespace: str = ""

    def reference(self) -> dict[str, str]:
        """Return the subject of a RoleBinding."""
        if self.account_namespace:
            return {"kind": "ServiceAccount", "name": self.name, "namespace": self.account_namespace}
        return {"kind": "User", "name": self.name, "apiGroup": RBAC}

    @property
    def username(self) -> str:
        """What an audit log calls it."""
        return f"system:serviceaccount:{self.account_namespace}:{self.name}" if self.account_namespace else self.name


def manifests(
    subject: Subject, namespaces: Sequence[str], allowed: Sequence[str], despite: str
) -> list[dict[str, Any]]:
    """Return what gives the rights, and the service account where the subject is one. Raises `RightsError`."""
    rules = _rules(allowed, despite)
    account = {"name": subject.name, "namespace": subject.account_namespace}
    found: list[dict[str, Any]] = []
    if subject.account_namespace:
        found.append({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    for namespace in namespaces if rules else ():
        found += _in_namespace(subject, namespace, rules)
    return found


def _in_namespace(subject: Subject, namespace: str, rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    metadata = {"name": subject.slug, "namespace": namespace}
    role = {"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": metadata, "rules": rules}
    binding = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": metadata,
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": subject.slug},
        "subjects": [subject.reference()],
    }
    return [role, binding]


def _rules(allowed: Sequence[str], despite: str) -> list[dict[str, Any]]:
    problems: list[str] = []
    rules: list[dict[str, Any]] = []
    for text in allowed:
        match = _ALLOWED.fullmatch(text)
        if match is None:
            problems.append(f"--allow: expected VERBS:RESOURCES, such as get,list:pods,deployments.apps, got {text!r}")
            continue
        verbs, resources = (part.split(",") for part in match.groups())
        if not despite.strip():
            problems += _grave(verbs, resources)
        rules += _grouped(verbs, resources)
    if problems:
        raise RightsError("\n".join(problems))
    return rules


def _grave(verbs: Sequence[str], resources: Sequence[str]) -> Iterator[str]:
    kinds = ((verbs, _VERBS), ([_parts(one)[1] for one in resources], _RESOURCES))
    for names, table in kinds:
        for name in names:
            why = table.get(name) or ("every resource that ends so" if "*" in name else "")
            if why:
                yield (
                    f"--allow: expected rights that do little harm, got {name!r}: {why} -"
                    " leave it out, or say why it must be with --despite REASON"
                )


def _grouped(verbs: Sequence[str], resources: Sequence[str]) -> list[dict[str, Any]]:
    """Return a rule for each API group, in order."""
    groups: dict[str, list[str]] = {}
    for one in resources:
        group, name = _parts(one)
        groups.setdefault(group, []).append(name)
    return [{"apiGroups": [group], "resources": names, "verbs": list(verbs)} for group, names in groups.items()]


def _parts(resource: str) -> tuple[str, str]:
    """Return the API group and the resource, with its subresource, of `deployments.apps/scale`."""
    whole, slash, sub = resource.partition("/")
    name, _, group = whole.partition(".")
    return group, f"{name}{slash}{sub}"
