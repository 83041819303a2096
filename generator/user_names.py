"""Names of users and groups: what a certificate may hold, and what Kubernetes gives rights to by itself. Pure.

Who gets such a name gets its rights, and a certificate cannot be taken back before it expires.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence

from generator.errors import GeneratorError

LONGEST = 64
"""Characters of a common name or an organization; RFC 5280, appendix A.1."""

GROUPS = {
    "system:masters": "it may do everything, whatever RBAC says, and a certificate of it cannot be revoked",
    "kubeadm:cluster-admins": "kubeadm binds it to cluster-admin",
}
OWN = "system:"
_SYSTEM_USER = "names that begin with system: are those of Kubernetes' own components, and have their rights"
_SYSTEM_GROUP = "groups that begin with system: are Kubernetes' own, and have rights by themselves"


class UserNameError(GeneratorError):
    """Names that are not given, each with the reason, a line each."""


def check(name: str, groups: Sequence[str], despite: str) -> None:
    """Raise `UserNameError` for what no certificate can hold, and, unless there is a reason `despite` which, for dangerous names."""
    wrong = [*_unfit("NAME", name), *(why for group in groups for why in _unfit("--group", group))]
    dangerous = [] if despite.strip() else list(_dangerous(name, groups))
    if wrong or dangerous:
        raise UserNameError("\n".join([*wrong, *dangerous]))


def slug(name: str) -> str:
    """Return a name for files and API objects: the name itself where it is one, else what is left of it and a part of its digest."""
    left = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:50].strip("-") or "user"
    if left == name:
        return name
    return f"{left}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _unfit(where: str, text: str) -> Iterator[str]:
    if not 0 < len(text) <= LONGEST:
        yield f"{where}: expected 1 to {LONGEST} characters, got {len(text)} - X.509 has no room for more"
    elif not text.isprintable() or text != text.strip():
        yield f"{where}: expected a name that can be read, got {text!r} - leave out what cannot be seen"


def _dangerous(name: str, groups: Sequence[str]) -> Iterator[str]:
    cure = "take another, or say why it must be with --despite REASON"
    if name.startswith(OWN):
        yield f"NAME: expected an ordinary user, got {name!r}: {_SYSTEM_USER} - {cure}"
    for group in groups:
        if why := GROUPS.get(group) or (_SYSTEM_GROUP if group.startswith(OWN) else ""):
            yield f"--group: expected an ordinary group, got {group!r}: {why} - {cure}"
