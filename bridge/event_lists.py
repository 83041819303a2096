"""The body of an audit webhook's request, an EventList, to the lines that leave for Loggly.

Its items are cut out as bytes and go the way of lines of a log, so that an event looks the same whichever way it came.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import cast

from audit import lists
from audit.judge import Judge
from bridge.messages import Body
from bridge.raw import AT_ONCE
from bridge.sieve import Sieve

_NODE = re.compile(r"/nodes/([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)\Z")


def node_of(path: str) -> str:
    """Return the node that the path of a request names, `/nodes/NAME`; empty where it names none."""
    found = _NODE.search(path)
    return found[1] if found else ""


def lines(body: Body, sieve: Sieve, judge: Judge, node: str, now: int) -> Iterator[list[bytes]]:
    """Yield one line for each event of the list that the sieve leaves, some at a time; raises NotAnEvent for what is no list.

    `now` is nanoseconds since 1970.
    """
    items = lists.events(bytes(body))
    for start in range(0, len(items), AT_ONCE):
        some = items[start : start + AT_ONCE]
        left = sieve.lines(some, some)[1]
        alone = partial(_alone, left, judge, node, now)
        yield cast("list[bytes]", judge.lines(left, node, alone))


def _alone(events: list[bytes], judge: Judge, node: str, now: int, place: int) -> bytes:
    try:
        return judge.line(events[place], node, now)
    except Exception as error:  # noqa: BLE001 - an event that a bug of ours meets must not hold up its batch for ever
        return judge.damaged(events[place], f"bug: {type(error).__name__}", now)
