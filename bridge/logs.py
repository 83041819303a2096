"""How log lines are written: as text for people or as JSON for machines, one a line, and not too many of a kind.

The kind of a message is its logger, its level and its template. A flood of bad clients must not fill a disk, so repeats of
a kind are summed up; what is logged with `extra=ALWAYS` is written whatever came before. No line can hold the customer token:
it is masked where it stands in a URL, and libraries that log URLs are silent.
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final, TextIO

import orjson

from audit.times import from_datetime
from bridge.repeats import Repeats, Summary
from bridge.secret import MASK

FORMATS: Final = ("text", "json")
LEVELS: Final = ("debug", "info", "warning", "error")
ALWAYS: Final = {"always": True}
"""Pass it as `extra` with what must never be held back, a hold on all deliveries say."""

MOST_OF_A_KIND = 10  # in a period; enough to see a pattern
PERIOD = 10.0  # seconds
LONGEST_MESSAGE = 4_000  # characters; words of clients and of Loggly are a part of messages
LONGEST_EXCEPTION = 20_000  # characters of a traceback, from its end

_TOKEN_IN_URL = re.compile(r"(/(?:bulk|inputs)/)[^/\s?#'\"]+")
_CONTROLS = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160), 0x2028, 0x2029)} | {10: "\\n"}


class Peer(str):
    """The address of a client; as the first argument of a message it becomes a field of its own in JSON."""

    __slots__ = ()


def moment(created: float) -> str:
    """Return seconds since 1970 as RFC 3339 in UTC, with milliseconds."""
    return from_datetime(datetime.fromtimestamp(created, UTC))[:-4] + "Z"


def masked(text: str) -> str:
    """Hide what stands in a URL where Loggly's has the customer token."""
    return _TOKEN_IN_URL.sub(rf"\g<1>{MASK}", text)


def words(record: logging.LogRecord) -> str:
    """Return a record's message, bounded and without the token."""
    message = masked(record.getMessage())
    if len(message) > LONGEST_MESSAGE:
        return f"{message[:LONGEST_MESSAGE]}... ({len(message) - LONGEST_MESSAGE} characters more)"
    return message


class TextFormatter(logging.Formatter):
    """`2026-01-31T12:34:56.789Z WARNING bridge.forward: 10.0.0.7:4711: closed, ...`; a traceback follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record; control characters in its message are escaped, so that nobody can make up lines."""
        head = f"{moment(record.created)} {record.levelname} {record.name}: {words(record).translate(_CONTROLS)}"
        return "\n".join(filter(None, (head, _exception(self, record))))


class JsonFormatter(logging.Formatter):
    """One object a line: `time`, `level`, `logger`, `message`; `peer`, `exception` and `repeated` where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        fields: dict[str, Any] = {
            "time": moment(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _encodable(words(record)),
        }
        if peer := _peer(record):
            fields["peer"] = peer
        if repeated := getattr(record, "repeated", 0):
            fields["repeated"] = repeated
        if exception := _exception(self, record):
            fields["exception"] = _encodable(exception)
        return orjson.dumps(fields).decode()


class Handler(logging.StreamHandler[TextIO]):
    """Writes to a stream, and sums up repeats: when their period is over, or when logging ends."""

    def __init__(self, stream: TextIO, repeats: Repeats[logging.LogRecord], clock: Callable[[], float]) -> None:
        super().__init__(stream)
        self._repeats = repeats
        self._clock = clock
        self._timer: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record unless there were too many of its kind; `logging` calls it with the handler's lock held."""
        now = self._clock()
        self._write(self._repeats.due(now))
        always = getattr(record, "always", False)
        if always or self._repeats.admit(_kind(record), record, now):
            super().emit(record)
        else:
            self._set_timer(now)

    def sum_up(self) -> None:
        """Write the summaries that are due, also when nobody logs anything more."""
        with self._guard():
            self._timer = None
            now = self._clock()
            self._write(self._repeats.due(now))
            self._set_timer(now)

    def close(self) -> None:
        """Write what was held back until now."""
        with self._guard():
            if self._timer:
                self._timer.cancel()
            self._write(self._repeats.rest(self._clock()))
        super().close()

    @contextmanager
    def _guard(self) -> Iterator[None]:
        """Keep other threads out, as `logging` does around `emit`."""
        self.acquire()
        try:
            yield
        finally:
            self.release()

    def _set_timer(self, now: float) -> None:
        if self._timer is not None or (due := self._repeats.next_due()) is None:
            return
        self._timer = threading.Timer(max(due - now, 0.0), self.sum_up)
        self._timer.daemon = True
        self._timer.start()

    def _write(self, summaries: list[Summary[logging.LogRecord]]) -> None:
        for summary in summaries:
            try:
                record = summed_up(summary)
            except Exception:  # noqa: BLE001 - a message that does not fit its arguments, as logging treats it
                self.handleError(summary.last)
            else:
                super().emit(record)


def summed_up(summary: Summary[logging.LogRecord]) -> logging.LogRecord:
    """Return the record that stands for those that were held back: the last one, and how many they were."""
    last = summary.last
    message = f"... {summary.count} more like it in {max(summary.seconds, 1):.0f} s, the last: %s"
    record = logging.LogRecord(last.name, last.levelno, last.pathname, last.lineno, message, (words(last),), None)
    record.__dict__.update(repeated=summary.count, peer=_peer(last))
    return record


def set_up(level: str, form: str, stream: TextIO) -> Handler:
    """Write the bridge's messages of a level and above to a stream, and the warnings of libraries."""
    handler = Handler(stream, Repeats(MOST_OF_A_KIND, PERIOD), time.monotonic)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()]))
    logging.getLogger("bridge").setLevel(level.upper())
    # urllib3 logs request lines, and the customer token is a part of them.
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)
    return handler


def _kind(record: logging.LogRecord) -> tuple[str, int, str]:
    return record.name, record.levelno, str(record.msg)[:LONGEST_MESSAGE]


def _peer(record: logging.LogRecord) -> str:
    """Return the client that a record is about; of a summary, the client of the last one."""
    first = record.args[0] if isinstance(record.args, tuple) and record.args else None
    return str(first) if isinstance(first, Peer) else getattr(record, "peer", "")


def _exception(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    if not record.exc_info:
        return ""
    return masked(formatter.formatException(record.exc_info))[-LONGEST_EXCEPTION:]


def _encodable(text: str) -> str:
    """Replace what UTF-8 cannot hold: lone surrogates, of a file name say."""
    return text.encode(errors="backslashreplace").decode()
