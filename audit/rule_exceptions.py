"""What is taken out of detection rules, as the configuration says it."""

from typing import Annotated

from pydantic import Field, IPvAnyNetwork, model_validator

from audit.checking import Matching, refusal
from audit.units import Model

RULE = Matching(r"[\w.*?-]+", "a rule's name, with `*` and `?` for what may differ")

_CONDITIONS = ("users", "namespaces", "names", "source_ips")


class RuleException(Model):
    """Events that some rules are not told for: those for which everything that is given here holds."""

    rules: Annotated[tuple[Annotated[str, RULE], ...], Field(min_length=1)]
    """Names of the rules, with `*` and `?`. Of one that counts: what it counts."""
    users: tuple[str, ...] = ()
    """Who acted, in full, with `*` and `?`: `system:serviceaccount:backup:velero`. Somebody who impersonates one of them is none of them."""
    namespaces: tuple[str, ...] = ()
    """Namespaces of the objects, with `*` and `?`."""
    names: tuple[str, ...] = ()
    """Names of the objects, with `*` and `?`."""
    source_ips: tuple[IPvAnyNetwork, ...] = ()
    """Addresses and networks that requests come from, as `audit.sourceIP` has them: `10.0.0.0/8`."""
    reason: str = ""
    """Why, for whoever reads the file."""

    @model_validator(mode="after")
    def some_events(self) -> "RuleException":
        """Refuse what would take everything out."""
        if not any(getattr(self, name) for name in _CONDITIONS):
            cure = "say which events, or name the rule in rules.disable"
            raise refusal("users, namespaces, names or source_ips beside it", cure, got="none", at=("rules",))
        return self
