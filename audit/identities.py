"""Who an actor is to the people who search: a configured label, whichever way the sign-in went.

A label rests on what the API server has authenticated, never on what the client says of itself. Somebody who impersonates an
identity is not that identity, unless the one who impersonates is it too.
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from audit.facts import Facts
from audit.settings import Identity

OTHER = "other"


def label(identities: Sequence[Identity], facts: Facts) -> str:
    """Return the label of the first identity that the actor is, `other` for none; empty where there is nobody to tell apart."""
    if not identities or not facts.actor_kind:
        return ""
    return next((identity.label for identity in identities if _is(identity, facts)), OTHER)


def label_of(identities: Sequence[Identity], actor: str) -> str:
    """Return the label of the first identity that has an actor among its users, `other` for none; empty where there are none."""
    if not identities:
        return ""
    return next((identity.label for identity in identities if _any(identity.users, actor)), OTHER)


def _is(identity: Identity, facts: Facts) -> bool:
    if facts.authenticated_as and not _any(identity.users, facts.authenticated_as):
        return False
    pod = f"{facts.actor_namespace}/{facts.actor_pod}" if facts.actor_pod else ""
    return _any(identity.users, facts.actor) or (bool(pod) and _any(identity.pods, pod))


def _any(patterns: Sequence[str], value: str) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)
