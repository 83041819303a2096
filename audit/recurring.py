"""Events that come again: one may differ from another in its id and its two times alone, and what is made of it does too.

Controllers ask the same things over and over, so most events need not be decoded. A text is cut at the id and the times. What
stands between the two is the key; what stands around them is compared, and what does so in the line that leaves is remembered.
Only what came before is, and only where nothing but an event's own words decides: no rule that asks more, no state. The id
and the times leave unread, so they are checked to be that.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from audit import times
from audit.event import MALFORMED

LONGEST = 16 * 1024  # bytes of a text that is looked up: longer ones hold bodies, which change
NEAR = 160  # bytes within which the id is found
ENTRY_BYTES = 500  # what Python needs for an entry beside its bytes
FIRST_SIGHTS = 16_384
MOST_KINDS = 8  # that differ before the id and behind the times alone
_ID, _TIME = len("01234567-89ab-cdef-0123-456789abcdef"), len("2026-01-31T12:34:56.123456Z")
_ID_CHARACTERS = b"0123456789abcdef-"
_ADDED = b',"timestamp":"'


class Form(NamedTuple):
    """What stands before an event's id, before the time of its request, and between that and the time of its stage."""

    id: bytes
    received: bytes
    stage: bytes


JSON = Form(b'"auditID":"', b'"requestReceivedTimestamp":"', b'","stageTimestamp":"')
"""As the API server writes it, and as we do."""
MESSAGEPACK = Form(b"\xa7auditID\xd9\x24", b"\xb8requestReceivedTimestamp\xbb", b"\xaestageTimestamp\xbb")
"""As an agent sends it that has parsed it."""

Parts = tuple[bytes, bytes, bytes, bytes]
"""What stands in a line before the id, before the time of the request, between the time of the stage and the same as `timestamp`, and behind that."""
Kind = tuple[bytes, bytes, Parts | None]
"""What stands in a text before the id and behind the times, and what is made of it; None where nothing may be remembered."""
Unknown = tuple[int, bytes, bytes, bytes]
"""The place of a text, and what stands in it before the id, between that and the times, and behind those."""


class Recurring:
    """Remembers lines of texts in one form, in `limit` bytes at most.

    `is_steady` tells of a text of a node whether nothing but its own words decides its line; it may raise what decoding raises.
    """

    def __init__(self, form: Form, limit: int, is_steady: Callable[[bytes, str], bool]) -> None:
        self._form = form
        self._times = times.FORM + form.stage + times.FORM
        self._limit = limit
        self._is_steady = is_steady
        self._nodes: dict[str, dict[bytes, tuple[Kind, ...]]] = {}  # by node, and by what stands between id and times
        self._size = 0
        self._once: set[int] = set()

    def forget(self) -> None:
        """Forget everything: something else decides from now on."""
        self._nodes.clear()
        self._once.clear()
        self._size = 0

    def lines(
        self, texts: Sequence[bytes], node: str, anew: Callable[[list[int]], list[bytes | None]]
    ) -> list[bytes | None]:
        """Return a line for each text of a node; `anew` makes those, given their places, that are not remembered."""
        lines, unknown = self._recalled(texts, node)
        if None in lines:
            missing = [place for place, line in enumerate(lines) if line is None]
            for place, line in zip(missing, anew(missing), strict=True):
                lines[place] = line
            for one in self._again(unknown, node):
                self._learn(one, texts[one[0]], node, lines[one[0]])
        return lines

    def _recalled(self, texts: Sequence[bytes], node: str) -> tuple[list[bytes | None], list[Unknown]]:
        """Return the lines that are remembered. One loop, for a call of a function would cost as much as all that it does."""
        known, (id_marker, received_marker, stage_marker) = self._nodes.get(node, {}).get, self._form
        to_id, to_received, to_end = len(id_marker), len(received_marker), len(self._times)
        is_json = stage_marker == JSON.stage
        lines: list[bytes | None] = []
        unknown: list[Unknown] = []
        ids, moments, stages = list[bytes](), list[bytes](), list[bytes]()
        for text in texts:
            start, first = text.find(id_marker, 0, NEAR) + to_id, text.rfind(received_marker) + to_received
            after, last = start + _ID, first + to_end
            line, middle = None, text[after:first]
            for before, behind, parts in known(middle, ()):
                if text[:start] == before and text[last:] == behind:
                    if parts:
                        head, between, tail, end = parts
                        name, moment, stage = text[start:after], text[first:last], text[last - _TIME : last]
                        ids.append(name)
                        moments.append(moment)
                        stages.append(stage)
                        if is_json:
                            line = b"".join((head, name, between, moment, tail, stage, end))
                        else:
                            both = moment[:_TIME], JSON.stage, stage
                            line = b"".join((head, name, between, *both, tail, stage, end))
                    break
            else:
                if start >= to_id and first >= after and len(text) <= LONGEST:
                    unknown.append((len(lines), text[:start], middle, text[last:]))
            lines.append(line)
        return (lines if self._are_plain(ids, moments, stages) else [None] * len(lines)), unknown

    def _are_plain(self, ids: Sequence[bytes], moments: Sequence[bytes], stages: Sequence[bytes]) -> bool:
        """Tell whether all pieces, which leave unread, are what they ought to be."""
        if b"".join(ids).translate(None, _ID_CHARACTERS):
            return False
        zeros = b"".join(moments).translate(times.DIGITS_AS_ZEROS)
        return zeros == self._times * len(moments) and times.are_possible(stages)

    def _again(self, unknown: Sequence[Unknown], node: str) -> list[Unknown]:
        """Return those that came before, and note the others."""
        again = []
        for one in unknown:
            sight = hash((node, one[1:]))
            if sight in self._once:
                again.append(one)
            else:
                self._once.add(sight)
        if len(self._once) > FIRST_SIGHTS:
            self._once.clear()
        return again

    def _learn(self, unknown: Unknown, text: bytes, node: str, line: bytes | None) -> None:
        _, before, middle, behind = unknown
        parts = None
        with suppress(*MALFORMED):
            if line and self._is_steady(text, node):
                parts = self._parts(text, line, middle)
        held = {id(one): len(one) for one in (before, middle, behind, *(parts or ()))}
        size = ENTRY_BYTES + len(node) + sum(held.values())
        if self._size + size > self._limit:
            self._nodes.clear()
            self._size = 0
        self._size += size
        kinds = self._nodes.setdefault(node, {})
        kinds[middle] = (*kinds.get(middle, ())[1 - MOST_KINDS :], (before, behind, parts))

    def _parts(self, text: bytes, line: bytes, middle: bytes) -> Parts | None:
        """Return what stands in a line around the pieces of its text, `middle` itself where it is the same; None where they are not there, each once."""
        pieces = self._pieces(text)
        if not pieces or any(line.count(marker) != 1 for marker in JSON):
            return None
        name, received, stage = pieces
        parts = []
        for piece, marker in ((name, JSON.id), (received, JSON.received), (stage, JSON.stage), (stage, _ADDED)):
            before, found, line = line.partition(marker + piece)
            if not found:
                return None
            parts.append(before + marker)
        head, between, separator, tail = parts
        return (head, middle if between == middle else between, tail, line) if separator == JSON.stage else None

    def _pieces(self, text: bytes) -> tuple[bytes, bytes, bytes] | None:
        """Return the id and both times of a text; None where they are not what they ought to be, each once."""
        if any(text.count(marker) != 1 for marker in self._form):
            return None
        name, first, _ = (text.find(marker) + len(marker) for marker in self._form)
        one, moment = text[name : name + _ID], text[first : first + len(self._times)]
        received, stage = moment[:_TIME], moment[-_TIME:]
        return (one, received, stage) if self._are_plain([one], [moment], [stage]) else None
