"""Lines by what they are told for: each severity has a tag, and a request to Loggly has one set of tags."""

from collections.abc import Callable, Collection, Iterator
from typing import cast

from audit.detecting import AlertLine
from bridge.batch import Tags

MOST_TAGS = 10
"""What Loggly is known to take in one request; who uses them all gets no tag for the severity."""


def by_severity(
    lines: list[bytes], tags: Tags, tagged: Collection[str], count: Callable[[AlertLine], None]
) -> Iterator[tuple[Tags, list[bytes]]]:
    """Yield lines with the tags that they go under, in their order; `count` is told of each line that is told for something.

    Only the `tagged` severities have a tag: for each, a request more is sent, and its sender waits for all.
    """
    if AlertLine not in set(map(type, lines)):
        yield tags, lines
        return
    groups: dict[Tags, list[bytes]] = {tags: []}
    start = 0
    for place in [place for place, kind in enumerate(map(type, lines)) if kind is AlertLine]:
        line = cast("AlertLine", lines[place])
        count(line)
        groups[tags] += lines[start:place]
        start = place + 1
        under = tags
        if line.found.severity in tagged and len(tags) < MOST_TAGS:
            under = (*tags, f"severity-{line.found.severity}")
        groups.setdefault(under, []).append(bytes(line))  # plain bytes: what is told is told
    groups[tags] += lines[start:]
    yield from ((under, some) for under, some in groups.items() if some)
