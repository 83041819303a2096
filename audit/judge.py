"""What leaves for Loggly: the event without its secrets, with `timestamp` and `audit` added; none is ever dropped for its shape.

A raw line is decoded only as far as the facts need, and the addition is spliced into its bytes. Controllers repeat
themselves, so the addition is remembered by the fields that decide it. The facts are those of what is left, so that they
say nothing that was removed. Whatever is no audit event is shipped with `audit.parseError` to say why.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec
import orjson

from audit import legacy, shape, times
from audit.additions import Additions, alerting, noted, spliced, told
from audit.detecting import Detector, Record
from audit.errors import NotAnEvent
from audit.event import Event, decode_ordinary, decode_packed, from_line, from_record, stage_time
from audit.legacy_pairs import LegacyPairs
from audit.ordinary import OrdinaryJudge
from audit.recurring import JSON, MESSAGEPACK, Recurring
from audit.redact import Redactor
from audit.settings import Identity, Redact
from audit.text import clean, one_line

RAW_KEYS = ("message", "log")  # Fluentd's and Docker's name for the line
REMEMBERED_BYTES = 8 * 2**20  # of what comes again, in either form

Alone = Callable[[int], bytes | None]
"""Judges what is at a place in its own time; None for what is not shipped at all."""


class Judge:
    """Turns what agents send into lines for Loggly, each without its newline and within `event_bytes` with it.

    `arrived` is the agent's time in nanoseconds since 1970, for what has no time of its own.
    """

    def __init__(
        self,
        cluster: str,
        environment: str,
        event_bytes: int,
        redact: Redact | None = None,
        known: Sequence[Identity] = (),
    ) -> None:
        self._redactor = Redactor(redact or Redact())
        self._limit = event_bytes - 1
        self._additions = Additions({"cluster": cluster, "environment": environment}, known)
        self._pairs = LegacyPairs()
        self._ordinary = OrdinaryJudge(self._additions, self._redactor, self._limit)
        self._lines = Recurring(JSON, REMEMBERED_BYTES, lambda line, node: self._is_steady(decode_ordinary(line), node))
        self._packed = Recurring(
            MESSAGEPACK, REMEMBERED_BYTES, lambda record, node: self._is_steady(decode_packed(record), node)
        )

    def use_rules(self, detector: Detector) -> None:
        """Ask these rules of every event from now on."""
        self._additions.use(detector)
        self._lines.forget()
        self._packed.forget()

    def lines(self, lines: Sequence[bytes], node: str, alone: Alone) -> list[bytes | None]:
        """Judge some lines of a log: those that came before, those that are ordinary, and the others `alone`, by their places."""

        def anew(places: list[int]) -> list[bytes | None]:
            return self._together([lines[place] for place in places], places, node, alone)

        return self._lines.lines(lines, node, anew)

    def packed(
        self, records: Sequence[bytes], node: str, unpack: Callable[[list[int]], list[bytes]], alone: Alone
    ) -> list[bytes | None]:
        """Judge events that an agent has parsed, as MessagePack; `unpack` makes lines of those at some places, where it can."""

        def anew(places: list[int]) -> list[bytes | None]:
            lines: list[bytes] = []
            with suppress(Exception):  # one that is no ordinary event spoils it for all
                lines = unpack(places)
            return self._together(lines or [b""] * len(places), places, node, alone)

        return self._packed.lines(records, node, anew)

    def _together(self, lines: list[bytes], places: list[int], node: str, alone: Alone) -> list[bytes | None]:
        judged: list[bytes | None] = [None] * len(lines)
        with suppress(Exception):  # a bug that one of them meets: alone it is found
            judged = self._ordinary.lines(lines, node)
        return [line or alone(place) for place, line in zip(places, judged, strict=True)]

    def _is_steady(self, event: Event, node: str) -> bool:
        return type(self._additions.of(event, node)) is bytes

    def record(self, record: Any, node: str, arrived: int) -> bytes:
        """Judge what an agent sent: a map with a raw line, a parsed event, or anything else."""
        if not isinstance(record, dict):
            return self._foreign({"message": record}, "a record that is not a map", node, arrived)
        for key in RAW_KEYS:
            line = record.get(key)
            if isinstance(line, bytes | str):
                data = line if isinstance(line, bytes) else line.encode("utf-8", "replace")
                return self.line(data, node, arrived, {name: record[name] for name in record if name != key})
        try:
            event = from_record(record)
        except NotAnEvent as error:
            return self._foreign(record, str(error), node, arrived)
        return self._parsed(record, event, node, arrived)

    def line(self, line: bytes, node: str, arrived: int, others: Mapping[Any, Any] | None = None) -> bytes:
        """Judge one line of a log; `others` are the keys that the agent sent beside it, kept as `agent`."""
        line = one_line(line)
        try:
            event = from_line(line)
        except NotAnEvent as error:
            return self._text(line, node, arrived, others or {}, str(error))
        if not others and event.audit is msgspec.UNSET and event.timestamp is msgspec.UNSET:
            whole = partial(_record, line)
            return self._shipped(event, *self._redactor.line(event, line), node, arrived, whole=whole)
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as error:  # what was only skipped over until here, such as 1e999
            return self._foreign({**(others or {}), "message": line}, f"not JSON: {error.msg}", node, arrived)
        return self._parsed({**record, "agent": others} if others else record, event, node, arrived)

    def _text(self, line: bytes, node: str, arrived: int, others: Mapping[Any, Any], why: str) -> bytes:
        """Judge a line that is no JSON event: legacy text becomes one, everything else is shipped as it is."""
        if legacy.is_text(line):
            try:
                event = self._pairs.event(line)
                return self._parsed({**event, "agent": others} if others else event, from_record(event), node, arrived)
            except NotAnEvent as error:
                why = str(error)
        return self._foreign({**others, "message": line}, why, node, arrived)

    def other(self, record: Any, arrived: int) -> bytes:
        """Judge what was not sent as an audit event: it leaves as it is, without credentials, under its cluster's name."""
        return self._foreign(record if isinstance(record, dict) else {"message": record}, "", "", arrived)

    def damaged(self, data: bytes, why: str, arrived: int) -> bytes:
        """Ship bytes that hold no record, as base64, so that what they were can still be found out; not what may be an event."""
        if self._redactor.may_ship(data):
            text, truncated = shape.base64_text(data, self._limit)
            return self._foreign({"message": text}, why, "", arrived, truncated=truncated)
        return self._foreign({"message": f"({len(data):,} bytes)"}, why, "", arrived, redacted="message.unreadable")

    def _parsed(self, record: Mapping[Any, Any], event: Event, node: str, arrived: int) -> bytes:
        return self._shipped(event, *self._redactor.record(event, record), node, arrived, whole=lambda: record)

    def _shipped(self, event: Event, line: bytes, note: str, node: str, arrived: int, *, whole: Record) -> bytes:
        """Add what is added to an event's cleaned line, and make it fit; rules see the event as it was."""
        time = stage_time(event) or _moment(arrived)
        added = self._additions.of(event, node)
        found = self._additions.found(added, event, whole, time)
        if note:
            added = self._additions.of(from_line(line), node)
        data = spliced(line, time, noted(told(added, found), note))
        if len(data) <= self._limit:
            return alerting(data, found)
        try:
            return alerting(self._fitted(orjson.loads(data)), found)
        except orjson.JSONDecodeError as error:
            return self._foreign({"message": line}, f"not JSON: {error.msg}", node, arrived)

    def _foreign(self, record: Mapping[Any, Any], why: str, node: str, arrived: int, **said: str) -> bytes:
        record, note = self._redactor.foreign(record)
        said = {"redacted": note, "truncated": "", **said, "parseError": why}
        audit = self._additions.plain(node, **said)
        return self._fitted({**record, "timestamp": _moment(arrived), "audit": audit})

    def _fitted(self, record: Mapping[Any, Any]) -> bytes:
        data = clean(record)
        return data if len(data) <= self._limit else shape.fit(data, self._limit)


def _record(line: bytes) -> Mapping[str, Any]:
    """Return a whole event; nothing where a part of it that was skipped over is no JSON."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return record if isinstance(record, dict) else {}


def _moment(nanoseconds: int) -> str:
    return times.from_nanoseconds(nanoseconds) or times.from_nanoseconds(0) or ""
