"""Lines by what they are told for: each severity has a tag, and a request to Loggly has one set of tags."""

from collections.abc import Callable, Iterator

from audit.detecting import AlertLine, Found
from bridge.batch import Tags

MOST_TAGS = 10
"""What Loggly is known to take in one request; who uses them all gets no tag for the severity."""


def by_severity(lines: list[bytes], tags: Tags, count: Callable[[Found], None]) -> Iterator[tuple[Tags, list[bytes]]]:
    """Yield lines with the tags that they go under, in their order; `count` is told of each line that is told for something."""
    if AlertLine not in set(map(type, lines)):
        yield tags, lines
        return
    groups: dict[Tags, list[bytes]] = {}
    for line in lines:
        under = tags
        if isinstance(line, AlertLine):
            count(line.found)
            under = (*tags, f"severity-{line.found.severity}") if len(tags) < MOST_TAGS else tags
        groups.setdefault(under, []).append(bytes(line))  # plain bytes: what is told is told
    yield from groups.items()
