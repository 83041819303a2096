"""Events that come again: one may differ from another in its id and its two times alone, and what is made of it does too.

Controllers ask the same things over and over, so most events need not be decoded. A text is cut at the id and the times; the
rest of it is the key under which is remembered what stands around them in the line that leaves. Only what came before is
remembered, and only where nothing but an event's own words decides: no rule that asks more, no state. The pieces
between leave unread, so they are checked to be an id and times.
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

Template = bytes | tuple[bytes, bytes, bytes, bytes]
"""What stands in a line before the id, the time of the request, the same as `timestamp`, and the end; or only that end, where the text
itself is what leaves. Empty: nothing may be remembered."""


class _Found(NamedTuple):
    """Places of texts that came before, what is remembered of each, its id, and what reaches from its first time to its second."""

    places: list[int]
    templates: list[Template]
    ids: list[bytes]
    moments: list[bytes]


class Recurring:
    """Remembers lines of texts in one form, in `limit` bytes at most.

    `is_steady` tells of a text of a node whether nothing but its own words decides its line; it may raise what decoding raises.
    """

    def __init__(self, form: Form, limit: int, is_steady: Callable[[bytes, str], bool]) -> None:
        self._form = form
        self._times = times.FORM + form.stage + times.FORM
        self._limit = limit
        self._is_steady = is_steady
        self._known: dict[bytes, Template] = {}
        self._size = 0
        self._once: set[int] = set()

    def forget(self) -> None:
        """Forget everything: something else decides from now on."""
        self._known.clear()
        self._once.clear()
        self._size = 0

    def lines(
        self, texts: Sequence[bytes], node: str, anew: Callable[[list[int]], list[bytes | None]]
    ) -> list[bytes | None]:
        """Return a line for each text of a node; `anew` makes those, given their places, that are not remembered."""
        lines, again = self._recalled(texts, node.encode())
        missing = [place for place, line in enumerate(lines) if line is None]
        if missing:
            for place, line in zip(missing, anew(missing), strict=True):
                lines[place] = line
            for place, key in again:
                self._learn(key, texts[place], node, lines[place])
        return lines

    def _recalled(self, texts: Sequence[bytes], node: bytes) -> tuple[list[bytes | None], list[tuple[int, bytes]]]:
        """Return the lines that are remembered, and places and keys of those that came before and are not."""
        found, again = self._found(texts, node)
        lines: list[bytes | None] = [None] * len(texts)
        if self._are_plain(found.ids, found.moments):
            for place, template, name, moments in zip(*found, strict=True):
                stage = moments[-_TIME:]
                if isinstance(template, bytes):
                    lines[place] = b"".join((texts[place][:-1], _ADDED, stage, template))
                else:
                    head, middle, tail, end = template
                    lines[place] = b"".join((head, name, middle, moments[:_TIME], JSON.stage, stage, tail, stage, end))
        return lines, again

    def _found(self, texts: Sequence[bytes], node: bytes) -> tuple[_Found, list[tuple[int, bytes]]]:
        """Cut the texts and look them up. One loop, for a call of a function would cost as much as all that it does."""
        known, once, (id_marker, received_marker, _) = self._known.get, self._once, self._form
        to_id, to_received, to_end = len(id_marker), len(received_marker), len(self._times)
        found = places, templates, ids, moments = _Found([], [], [], [])
        again: list[tuple[int, bytes]] = []
        for place, text in enumerate(texts):
            start, first = text.find(id_marker, 0, NEAR) + to_id, text.rfind(received_marker) + to_received
            after, last = start + _ID, first + to_end
            if start < to_id or first < after or len(text) > LONGEST:
                continue
            key = b"\0".join((node, text[:start], text[after:first], text[last:]))
            template = known(key)
            if template:
                places.append(place)
                templates.append(template)
                ids.append(text[start:after])
                moments.append(text[first:last])
            elif template is None:
                if (seen := hash(key)) in once:
                    again.append((place, key))
                else:
                    once.add(seen)
        if len(once) > FIRST_SIGHTS:
            once.clear()
        return found, again

    def _are_plain(self, ids: Sequence[bytes], moments: Sequence[bytes]) -> bool:
        """Tell whether all pieces, which leave unread, are what they ought to be."""
        if b"".join(ids).translate(None, _ID_CHARACTERS):
            return False
        return b"".join(moments).translate(times.DIGITS_AS_ZEROS) == self._times * len(moments) and times.are_possible(
            [one[-_TIME:] for one in moments]
        )

    def _learn(self, key: bytes, text: bytes, node: str, line: bytes | None) -> None:
        template: Template = b""
        with suppress(*MALFORMED):
            if line and self._is_steady(text, node):
                template = self._template(text, line)
        parts = template if isinstance(template, tuple) else (template,)
        size = len(key) + sum(map(len, parts)) + ENTRY_BYTES
        if self._size + size > self._limit:
            self._known.clear()
            self._size = 0
        self._size += size
        self._known[key] = template

    def _template(self, text: bytes, line: bytes) -> Template:
        """Return what stands in a line around the pieces of its text; nothing where they are not found there, each once."""
        pieces = self._pieces(text)
        if not pieces or any(line.count(marker) != 1 for marker in JSON):
            return b""
        name, received, stage = pieces
        same, added, end = line.partition(_ADDED + stage)
        if added and same + b"}" == text:
            return end
        parts = []
        for piece, marker in ((name, JSON.id), (received, JSON.received), (stage, JSON.stage), (stage, _ADDED)):
            before, found, line = line.partition(marker + piece)
            if not found:
                return b""
            parts.append(before + marker)
        head, middle, between, tail = parts
        return (head, middle, tail, line) if between == JSON.stage else b""

    def _pieces(self, text: bytes) -> tuple[bytes, bytes, bytes] | None:
        """Return the id and both times of a text; None where they are not what they ought to be, each once."""
        if any(text.count(marker) != 1 for marker in self._form):
            return None
        name, first, _ = (text.find(marker) + len(marker) for marker in self._form)
        one, moments = text[name : name + _ID], text[first : first + len(self._times)]
        return (one, moments[:_TIME], moments[-_TIME:]) if self._are_plain([one], [moments]) else None
