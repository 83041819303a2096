"""A position moves past what is delivered, in order; without room nothing is read; nothing is dropped for its shape."""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audit.judge import Judge
from bridge import blocks, cri
from bridge.batch import Tags
from bridge.following import EVERY, Follower
from bridge.receipts import Receipt
from bridge.room import Room
from bridge.sieve import Sieve
from bridge.tail import IN_FLIGHT_BYTES, Manner, Tail
from tests.support import virtual_time

if TYPE_CHECKING:
    from bridge.position import Position

EVENT = b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"%d","stageTimestamp":"2026-01-31T12:00:00.000000Z"}'


async def at_once(function: Callable[..., Any], /, *arguments: Any) -> Any:
    return function(*arguments)


class Loggly:
    """Takes lines as `Delivery` does, and holds them until they are settled."""

    def __init__(self, limit: int = 2**30) -> None:
        self.room = Room(limit, lambda _: None)
        self.events: list[dict[str, Any]] = []
        self.waiting: list[tuple[Receipt, int, int]] = []
        self.flushes = 0

    def send(self, lines: list[bytes], receipt: Receipt, tags: Tags) -> None:
        assert ("audit",) == tags
        self.events += map(json.loads, lines)
        size = sum(map(len, lines))
        receipt.expect(len(lines))
        self.room.add(size)
        self.waiting.append((receipt, len(lines), size))

    def complete(self, receipt: Receipt) -> None:
        receipt.complete()
        self.room.pass_on()

    def flush(self) -> None:
        self.flushes += 1

    def settle(self, at: int = 0) -> None:
        receipt, lines, size = self.waiting.pop(at)
        receipt.settle(lines)
        self.room.free(size)

    @property
    def ids(self) -> list[int]:
        return [int(event["auditID"]) for event in self.events if "auditID" in event]


class Stage:
    """A log, its tail, and who takes its lines."""

    def __init__(self, path: Path, limit: int = 2**30, *, container: bool = False, skip: bool = False) -> None:
        self.log = path / "audit.log"
        self.loggly = Loggly(limit)
        self.moves: list[Position] = []
        self.counts = {"taken": 0, "skipped": 0}
        manner = Manner(
            Judge("here", "", 1_000_000),
            Sieve(lambda _reason, _count: None),
            "cp-1",
            ("audit",),
            skip,
            lambda count: self._count("taken", count),
            lambda count: self._count("skipped", count),
        )
        self.follower = Follower(str(self.log), cut=cri.lines if container else blocks.raw)
        clock = asyncio.get_running_loop().time
        self.tail = Tail(
            str(self.log),
            self.follower,
            manner,
            self.loggly,
            moved=self.moves.append,
            in_thread=at_once,
            clock=clock,
        )
        self.task = asyncio.ensure_future(self.tail.run())

    def _count(self, what: str, count: int) -> None:
        self.counts[what] += count

    def append(self, *lines: bytes) -> None:
        with self.log.open("ab") as file:
            file.writelines(line + b"\n" for line in lines)

    async def looked(self) -> None:
        """Wait until it must have looked again."""
        await asyncio.sleep(3 * EVERY)

    async def stop(self) -> None:
        self.tail.stop()
        await self.task


def staged(test: Callable[[Path], Coroutine[Any, Any, None]]) -> Callable[[Path], None]:
    """Run a test in virtual time."""

    def run(tmp_path: Path) -> None:
        virtual_time.run(test(tmp_path))

    run.__doc__ = test.__doc__
    return run


@staged
async def test_events_are_judged_and_sent(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.append(*(EVENT % number for number in range(100)))
    await stage.looked()
    await stage.stop()
    assert list(range(100)) == stage.loggly.ids
    assert {"cluster": "here", "node": "cp-1"}.items() <= stage.loggly.events[0]["audit"].items()
    assert {"taken": 100, "skipped": 0} == stage.counts


@staged
async def test_the_position_waits_for_the_oldest_block(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    for number in range(3):
        stage.append(EVENT % number)
        await stage.looked()
    before = len(stage.moves)
    size = len(EVENT % 0) + 1
    stage.loggly.settle(2)
    stage.loggly.settle(1)
    assert (before, 0) == (len(stage.moves), stage.tail.position.offset)
    assert 3 * size == stage.tail.lag_bytes
    stage.loggly.settle()
    assert (3 * size, 0) == (stage.tail.position.offset, stage.tail.lag_bytes)
    await stage.stop()


@staged
async def test_without_room_nothing_is_read(tmp_path: Path) -> None:
    """It looks on meanwhile, so what waits is known; then it goes on by itself."""
    stage = Stage(tmp_path, limit=100)
    stage.append(EVENT % 0)
    await stage.looked()
    stage.append(EVENT % 1)
    await stage.looked()
    assert [0] == stage.loggly.ids
    assert 2 * (len(EVENT % 0) + 1) == stage.tail.lag_bytes
    stage.loggly.settle()
    await stage.looked()
    assert [0, 1] == stage.loggly.ids
    await stage.stop()


@staged
async def test_one_log_has_only_so_much_on_its_way(tmp_path: Path) -> None:
    """It asks for what is gathered to be sent, for nothing more comes until then."""
    stage = Stage(tmp_path)
    line = (EVENT % 0)[:-1] + b',"more":"' + b"x" * 100_000 + b'"}'
    stage.append(*[line] * 100)
    await stage.looked()
    assert IN_FLIGHT_BYTES <= len(stage.loggly.events) * len(line) < IN_FLIGHT_BYTES + blocks.BLOCK_BYTES
    assert stage.loggly.flushes
    while stage.loggly.waiting:
        stage.loggly.settle()
        await stage.looked()
    assert (100, 0) == (len(stage.loggly.events), stage.tail.lag_bytes)
    await stage.stop()


@staged
async def test_it_stops_while_it_waits_for_room_and_lets_the_next_one_in(tmp_path: Path) -> None:
    stage = Stage(tmp_path, limit=100)
    stage.append(EVENT % 0)
    await stage.looked()
    behind = asyncio.ensure_future(stage.loggly.room.admission())
    await asyncio.sleep(0)
    await stage.stop()
    stage.loggly.settle()
    await behind


@staged
async def test_what_is_no_event_is_shipped(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.append(EVENT % 0, b"not an event", b"", b"  ", EVENT % 1)
    await stage.looked()
    await stage.stop()
    assert ["0", None, "1"] == [event.get("auditID") for event in stage.loggly.events]
    assert "not an event" == stage.loggly.events[1]["message"]


@staged
async def test_a_line_that_is_too_long_is_told(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.append(b"x" * (blocks.LONGEST_LINE + 1), EVENT % 1)
    await stage.looked()
    stage.loggly.settle()  # it counts as on its way with its whole length
    await stage.looked()
    await stage.stop()
    said = stage.loggly.events[0]["audit"]["parseError"]
    assert "a line of 16,777,218 bytes, which is too long to be read" == said
    assert [1] == stage.loggly.ids


@staged
async def test_of_a_container_only_its_audit_events_are_shipped(tmp_path: Path) -> None:
    stage = Stage(tmp_path, container=True, skip=True)
    stage.append(
        b"T stdout P " + (EVENT % 0)[:20], b"T stderr F I0131 of the server", b"T stdout F " + (EVENT % 0)[20:]
    )
    await stage.looked()
    await stage.stop()
    assert ([0], {"taken": 1, "skipped": 1}) == (stage.loggly.ids, stage.counts)


@staged
async def test_of_a_container_all_can_be_shipped(tmp_path: Path) -> None:
    stage = Stage(tmp_path, container=True)
    stage.append(b"T stdout F " + EVENT % 0, b"T stderr F I0131 of the server")
    await stage.looked()
    await stage.stop()
    assert ["0", None] == [event.get("auditID") for event in stage.loggly.events]


def test_what_cannot_be_read_is_told_once_and_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        stage = Stage(tmp_path)
        stage.log.mkdir()
        await stage.looked()
        assert stage.tail.problem == caplog.messages[0]
        stage.log.rmdir()
        stage.append(EVENT % 0)
        await stage.looked()
        assert ("", [0]) == (stage.tail.problem, stage.loggly.ids)
        await stage.stop()

    with caplog.at_level(logging.INFO):
        virtual_time.run(main())
    log = tmp_path / "audit.log"
    assert [
        f"{log}: expected a log, got a directory - name the file in it in `files`",
        f"{log}: can be read now",
    ] == caplog.messages


@staged
async def test_a_rotated_file_moves_the_position_to_the_next(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.append(EVENT % 0)
    await stage.looked()
    stage.log.rename(tmp_path / "audit-2026-01-31T12-34-56.123.log")
    stage.log.touch()
    await stage.looked()
    first = stage.log.with_name("audit-2026-01-31T12-34-56.123.log").stat().st_ino
    assert first == stage.tail.position.inode
    stage.loggly.settle()
    assert (stage.log.stat().st_ino, 0) == (stage.tail.position.inode, stage.tail.position.offset)
    await stage.stop()
