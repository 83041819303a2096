"""What `validate` finds, in one form for every check: where, what was wanted, what is there, the cure, and how grave it is.

A check is a function of what was rendered; it returns findings and prints nothing. What could not be looked at is a
`Skipped`, so that silence always means that a check was made.
"""

from dataclasses import dataclass
from typing import Literal

from audit.problems import Place

Severity = Literal["error", "warning", "note"]
"""error: what is rendered does not work, or does not do what it says. warning: it works until something happens that will.
note: worth knowing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found; `path` is where in the document, as `path_text` writes it, "" for all of it."""

    check: str
    severity: Severity
    place: Place
    path: str
    want: str
    got: str
    cure: str
    rule: str = ""
    """The id of a rule with a page of its own, such as KAP201; its finding is a sentence, which stands in `got`."""

    @property
    def sentence(self) -> str:
        """What is wrong, in words."""
        return self.got if self.rule else f"expected {self.want}, got {self.got}"

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{self.place}: {self.severity} {self.rule or self.check}: {where}{self.sentence} - {self.cure}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A check that was not made: why, and what would let it be made."""

    check: str
    why: str
    cure: str

    def __str__(self) -> str:
        return f"{self.check}: not checked: {self.why} - {self.cure}"
