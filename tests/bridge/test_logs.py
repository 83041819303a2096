"""One line a message, in two forms; floods are summed up, a hold never is, and no line holds the token."""

import io
import json
import logging
import signal
import socket
import sys
from collections.abc import Iterator

import pytest

from bridge.client import Client, raw_chunk
from bridge.logs import ALWAYS, LONGEST_MESSAGE, Handler, JsonFormatter, Peer, TextFormatter, set_up
from bridge.repeats import Repeats
from tests.bridge.conftest import StartBridge
from tests.support.processes import TOKEN, Sandbox, wait_for

CREATED = 1_769_862_896.789


class Log:
    """A logger whose lines are kept, on a clock that stands until it is set."""

    def __init__(self, formatter: logging.Formatter, most: int = 10, period: float = 10.0) -> None:
        self.now = 0.0
        self.stream = io.StringIO()
        self.handler = Handler(self.stream, Repeats(most, period), lambda: self.now)
        self.handler.setFormatter(formatter)
        self.logger = logging.Logger("bridge.forward")  # noqa: LOG001 - of its own, so that tests do not meet
        self.logger.addHandler(self.handler)

    def lines(self) -> list[str]:
        """Return what was written since the last call, each line from its level on."""
        lines = [line.partition("Z ")[2] for line in self.stream.getvalue().splitlines()]
        self.stream.seek(0)
        self.stream.truncate()
        return lines


@pytest.fixture
def log() -> Iterator[Log]:
    one = Log(TextFormatter(), most=2)
    yield one
    one.handler.close()


def record(message: str, *args: object, level: int = logging.WARNING) -> logging.LogRecord:
    made = logging.LogRecord("bridge.forward", level, "f.py", 1, message, args, None)
    made.created = CREATED
    return made


# The two forms


def test_a_line_of_text() -> None:
    line = TextFormatter().format(record("%s: closed, %s", Peer("10.0.0.7:4711"), "byte 0: no msgpack"))
    assert "2026-01-31T12:34:56.789Z WARNING bridge.forward: 10.0.0.7:4711: closed, byte 0: no msgpack" == line


def test_a_line_of_json() -> None:
    line = JsonFormatter().format(record("%s: closed, %s", Peer("10.0.0.7:4711"), "byte 0: no msgpack"))
    assert {
        "time": "2026-01-31T12:34:56.789Z",
        "level": "warning",
        "logger": "bridge.forward",
        "message": "10.0.0.7:4711: closed, byte 0: no msgpack",
        "peer": "10.0.0.7:4711",
    } == json.loads(line)


def test_a_message_without_a_client_has_no_peer() -> None:
    fields = json.loads(JsonFormatter().format(record("admin listening on %s:%d", "127.0.0.1", 9880)))
    assert ["time", "level", "logger", "message"] == list(fields)


def with_exception(words: str) -> logging.LogRecord:
    made = record("a bug")
    try:
        raise ValueError(words)  # noqa: TRY301 - there has to be a traceback
    except ValueError:
        made.exc_info = sys.exc_info()
    return made


def test_an_exception_follows_in_text_and_is_a_field_in_json() -> None:
    made = with_exception("broken")
    text = TextFormatter().format(made).splitlines()
    assert ("Traceback (most recent call last):", "ValueError: broken") == (text[1], text[-1])
    fields = json.loads(JsonFormatter().format(made))
    assert "a bug" == fields["message"]
    assert fields["exception"].endswith("\nValueError: broken")


def test_nobody_makes_up_lines() -> None:
    message = "x\n2026-01-31T12:34:56.789Z ERROR bridge: made up\x1b[2J\u2028"
    line = TextFormatter().format(record("%s", message))
    assert line.endswith(": x\\n2026-01-31T12:34:56.789Z ERROR bridge: made up\\x1b[2J\\x2028")
    assert "\n" not in JsonFormatter().format(record("%s", message))


def test_a_long_message_is_cut_and_says_so() -> None:
    assert TextFormatter().format(record("x" * (LONGEST_MESSAGE + 5))).endswith("x... (5 characters more)")


def test_what_utf8_cannot_hold_is_escaped() -> None:
    assert "a \\udcff name" == json.loads(JsonFormatter().format(record("a \udcff name")))["message"]


@pytest.mark.parametrize("path", ["bulk", "inputs"])
@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()], ids=["text", "json"])
def test_a_token_in_a_url_is_masked(formatter: logging.Formatter, path: str) -> None:
    """Exceptions of HTTP libraries quote the URL; a bug of ours may let one through."""
    url = f"https://logs-01.loggly.com/{path}/{TOKEN}/tag/kubernetes/"
    for made in (record("%s", url), with_exception(f"Max retries exceeded with url: {url}")):
        line = formatter.format(made)
        assert TOKEN not in line
        assert f"/{path}/****/tag/kubernetes/" in line


# Repeats


def test_repeats_are_summed_up_with_the_next_message(log: Log) -> None:
    for number in range(40):
        log.logger.warning("%s: closed", Peer(f"10.0.0.{number}:1"))
    assert ["WARNING bridge.forward: 10.0.0.0:1: closed", "WARNING bridge.forward: 10.0.0.1:1: closed"] == log.lines()
    log.now = 10.0
    log.logger.info("another")
    assert [
        "WARNING bridge.forward: ... 38 more like it in 10 s, the last: 10.0.0.39:1: closed",
        "INFO bridge.forward: another",
    ] == log.lines()


def test_the_summary_keeps_the_last_client_in_json() -> None:
    log = Log(JsonFormatter(), most=1)
    for number in range(3):
        log.logger.warning("%s: closed", Peer(f"10.0.0.{number}:1"))
    log.handler.close()
    fields = json.loads(log.stream.getvalue().splitlines()[1])
    assert ("10.0.0.2:1", 2, "warning") == (fields["peer"], fields["repeated"], fields["level"])
    assert "... 2 more like it in 1 s, the last: 10.0.0.2:1: closed" == fields["message"]


def test_other_templates_levels_and_loggers_are_other_kinds(log: Log) -> None:
    for _ in range(3):
        log.logger.warning("one")
        log.logger.warning("two")
        log.logger.error("one")
    assert 6 == len(log.lines())


def test_a_hold_is_never_held_back(log: Log) -> None:
    for _ in range(50):
        log.logger.error("HELD: %s", "status 403", extra=ALWAYS)
    assert ["ERROR bridge.forward: HELD: status 403"] * 50 == log.lines()


def test_the_end_writes_what_was_held_back(log: Log) -> None:
    for _ in range(5):
        log.logger.warning("x")
    log.lines()
    log.now = 4.0
    log.handler.close()
    assert ["WARNING bridge.forward: ... 3 more like it in 4 s, the last: x"] == log.lines()


def test_a_flood_that_ends_is_summed_up_without_another_message() -> None:
    log = Log(TextFormatter(), most=1, period=0.05)
    log.logger.warning("x")
    log.logger.warning("x")
    log.now = 0.05
    wait_for(lambda: "1 more like it" in log.stream.getvalue(), naming="the summary")
    log.handler.close()


def test_a_message_that_does_not_fit_its_arguments_harms_nobody(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    for _ in range(5):
        log.logger.warning("%d", "no number")
    log.now = 10.0
    log.logger.info("another")
    assert ["INFO bridge.forward: another"] == log.lines()


# Set up


@pytest.fixture
def _restored() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("", "bridge", "urllib3")]
    before = [(logger, logger.level, logger.handlers[:]) for logger in loggers]
    yield
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


@pytest.mark.usefixtures("_restored")
def test_the_level_is_the_bridges_own_and_libraries_only_warn() -> None:
    stream = io.StringIO()
    handler = set_up("debug", "text", stream)
    logging.getLogger("bridge.forward").debug("ours")
    logging.getLogger("charset_normalizer").info("theirs")
    logging.getLogger("asyncio").warning("a slow callback")
    logging.getLogger("urllib3.connectionpool").error("POST /bulk/token/")
    handler.close()
    assert ["ours", "a slow callback"] == [line.split(": ", 1)[1] for line in stream.getvalue().splitlines()]


# The process


def test_debug_never_shows_the_token(sandbox: Sandbox, start_bridge: StartBridge) -> None:
    """urllib3 logs request lines at this level, and warns with the URL; the token is a part of them."""
    sandbox.script(
        {"match": {}, "times": 2, "action": "reset"}, {"match": {}, "times": 1, "action": "store_then_reset"}
    )
    bridge = start_bridge("retry.initial=10ms", "retry.maximum=10ms", arguments=("--log-level", "debug"))
    with Client("127.0.0.1", bridge.port) as client:
        chunk = raw_chunk("t", [b"x"], "x")
        client.send(chunk)
        client.acked(chunk)
    bridge.signal(signal.SIGTERM)
    assert 0 == bridge.wait()
    assert " DEBUG bridge.forward: " in bridge.output
    assert [] == [line for line in bridge.lines if TOKEN in line or "urllib3" in line or "/bulk/" in line]


def test_every_line_is_json_and_a_flood_of_bad_clients_is_summed_up(start_bridge: StartBridge) -> None:
    bridge = start_bridge(arguments=("--log-format", "json"))
    for _ in range(60):
        with socket.create_connection(("127.0.0.1", bridge.port)) as bad:
            bad.sendall(b"GET / HTTP/1.1\r\n\r\n")
            while bad.recv(1_000):
                pass
    bridge.signal(signal.SIGTERM)
    assert 0 == bridge.wait()
    lines = [json.loads(line) for line in bridge.lines]
    refusals = [line for line in lines if line["level"] == "warning"]
    assert 60 == sum(line.get("repeated", 1) for line in refusals)
    assert len(refusals) < 40
    assert all(line["peer"].startswith("127.0.0.1:") for line in refusals)
