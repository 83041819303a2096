"""A fault, as data: what it needs, what it does, and what it excuses."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults import disk, network
from tests.faults.stage import Needs, Stage


@dataclass(frozen=True)
class Fault:
    """`strike` does it and undoes it again; it returns when the fault is over."""

    name: str
    strike: Callable[[Stage], None]
    needs: Needs = field(default_factory=Needs)
    doubles: str = ""
    """What may come twice: `lost answers`, or `in flight`, which is what Loggly had and was not acked at a kill."""
    spares_the_bridge: bool = True
    """Whether the bridge lives through it: then a sender without acks loses nothing either."""

    @property
    def missing(self) -> str:
        """Why it cannot be done here; empty where it can."""
        return (network.missing() if self.needs.parted else "") or (disk.missing() if self.needs.small_disk else "")
