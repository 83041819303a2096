"""What leaves for Loggly: the event as it came, with `timestamp` and `audit` added; nothing is ever dropped for its shape.

A raw line is decoded only as far as the facts need, and the addition is spliced into its bytes. Controllers repeat
themselves, so the addition is remembered by the fields that decide it. Whatever is no audit event is shipped as it is, with
`audit.parseError` to say why.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import orjson

from audit import commands, shape, times
from audit.errors import NotAnEvent
from audit.event import MALFORMED, Event, decode_ordinary, from_line, from_record, stage_time
from audit.facts import Facts, deciding, facts
from audit.text import clean, one_line

REMEMBERED = 16_384  # additions of about 300 bytes
RAW_KEYS = ("message", "log")  # Fluentd's and Docker's name for the line
_BRACE = b"}"[0]
_AUDIT = b'","audit":'
_AUDIT_KEYS = {
    "actor": "actor",
    "actorKind": "actor_kind",
    "actorNamespace": "actor_namespace",
    "actorPod": "actor_pod",
    "authenticatedAs": "authenticated_as",
    "action": "action",
    "target": "target",
    "verdict": "verdict",
    "decision": "decision",
    "reason": "reason",
    "sourceIP": "source_ip",
    "sourceClass": "source_class",
    "client": "client",
}


class Judge:
    """Turns what agents send into lines for Loggly, each without its newline and within `event_bytes` with it.

    `arrived` is the agent's time in nanoseconds since 1970, for what has no time of its own.
    """

    def __init__(self, cluster: str, environment: str, event_bytes: int) -> None:
        self._settings = {"cluster": cluster, "environment": environment}
        self._limit = event_bytes - 1
        self._additions: dict[tuple[object, ...], bytes] = {}

    def ordinary(self, lines: Iterable[bytes], node: str) -> list[bytes | None]:
        """Judge raw lines, with None for each that is no ordinary event in its ordinary form: that is for `line`.

        Nearly every event goes this way, so what is done once for all of them is not done for each.
        """
        judged: list[bytes | None] = []
        limit, remembered = self._limit, self._additions.get
        for line in lines:
            try:
                event = decode_ordinary(line)
            except MALFORMED:
                judged.append(None)
                continue
            time = event.stage_timestamp
            if line[-1] != _BRACE or not line.isascii() or b"\n" in line or not times.is_normal(time):
                judged.append(None)
                continue
            key = deciding(event, node)
            addition = remembered(key) or self._remember(key, event, node)
            data = b"".join((line[:-1], b',"timestamp":"', time.encode(), addition))
            judged.append(data if len(data) <= limit else None)
        return judged

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
            return self._foreign({**(others or {}), "message": line}, str(error), node, arrived)
        if not others and event.audit is msgspec.UNSET and event.timestamp is msgspec.UNSET:
            timestamp = self._timestamp(event, arrived).encode()
            data = b"".join((line.rstrip()[:-1], b',"timestamp":"', timestamp, self._added(event, node)))
            if len(data) <= self._limit:
                return data
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as error:  # what was only skipped over until here, such as 1e999
            return self._foreign({**(others or {}), "message": line}, f"not JSON: {error.msg}", node, arrived)
        return self._parsed({**record, "agent": others} if others else record, event, node, arrived)

    def damaged(self, data: bytes, why: str, arrived: int) -> bytes:
        """Ship bytes that hold no record, as base64, so that what they were can still be found out."""
        text, truncated = shape.base64_text(data, self._limit)
        return self._foreign({"message": text}, why, "", arrived, truncated)

    def _parsed(self, record: Mapping[Any, Any], event: Event, node: str, arrived: int) -> bytes:
        audit = self._added(event, node)[len(_AUDIT) : -1]
        added = {"timestamp": self._timestamp(event, arrived), "audit": orjson.Fragment(audit)}
        return self._fitted({**record, **added})

    def _foreign(self, record: Mapping[Any, Any], why: str, node: str, arrived: int, truncated: str = "") -> bytes:
        audit = _present({**self._settings, "node": node, "truncated": truncated, "parseError": why})
        return self._fitted({**record, "timestamp": _moment(arrived), "audit": audit})

    def _fitted(self, record: Mapping[Any, Any]) -> bytes:
        data = clean(record)
        return data if len(data) <= self._limit else shape.fit(data, self._limit)

    def _timestamp(self, event: Event, arrived: int) -> str:
        return stage_time(event) or _moment(arrived)

    def _added(self, event: Event, node: str) -> bytes:
        """Return what follows the event's own keys and the time: the time's last quote, `audit`, the last brace."""
        key = deciding(event, node)
        return self._additions.get(key) or self._remember(key, event, node)

    def _remember(self, key: tuple[object, ...], event: Event, node: str) -> bytes:
        if len(self._additions) >= REMEMBERED:
            self._additions.clear()
        addition = self._additions[key] = _AUDIT + self._audit(facts(event), node) + b"}"
        return addition

    def _audit(self, facts: Facts, node: str) -> bytes:
        derived = {key: getattr(facts, name) for key, name in _AUDIT_KEYS.items()}
        command = commands.text(facts.command)
        return orjson.dumps(_present({**self._settings, "node": node, **derived, "command": command}))


def _moment(nanoseconds: int) -> str:
    return times.from_nanoseconds(nanoseconds) or times.from_nanoseconds(0) or ""


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty."""
    return {key: value for key, value in values.items() if value != ""}
