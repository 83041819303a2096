import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.batch import Tags
from bridge.receipts import Receipt
from bridge.room import Room
from bridge.spool import Spool
from bridge.spooling import ROW_BYTES, Spooler, rows_of


class Loggly:
    """Where rows go; `deliver` ends the way of all that have come."""

    def __init__(self) -> None:
        self.came: list[bytes] = []
        self._open: list[tuple[Receipt, int]] = []

    def onward(self, lines: list[bytes], receipt: Receipt, tags: Tags) -> None:
        assert tags == ("t",)
        self.came += lines
        receipt.expect(len(lines))
        receipt.complete()
        self._open.append((receipt, len(lines)))

    def deliver(self) -> None:
        done, self._open = self._open, []
        for receipt, count in done:
            receipt.settle(count)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - files and threads have no event to wait for
            await asyncio.sleep(0.002)


def spooler(path: Path, loggly: Loggly, room: Room, max_bytes: int = 10_000) -> tuple[Spool, Spooler]:
    spool = Spool(str(path / "spool"), max_bytes)
    return spool, Spooler(spool, room, loggly.onward, lambda: 0.0)


async def test_lines_are_on_disk_before_they_go_on_and_leave_it_when_they_have_arrived(tmp_path: Path) -> None:
    loggly, room = Loggly(), Room(1_000, lambda _: None)
    spool, spooling = spooler(tmp_path, loggly, room)
    spooling.put([b"a", b"b"], ("t",))
    spooling.put([b"c"], ("t",))
    assert 6 == room.used
    await until(lambda: loggly.came == [b"a", b"b", b"c"])
    assert (2, 0) == (spool.count, room.used)
    loggly.deliver()
    await until(lambda: spool.count == 0)
    await spooling.quiesce(5)
    await spooling.close()


async def test_what_was_not_delivered_is_delivered_after_a_restart_in_its_order(tmp_path: Path) -> None:
    first, room = Loggly(), Room(1_000, lambda _: None)
    _, spooling = spooler(tmp_path, first, room)
    for number in range(50):
        spooling.put([b"%d" % number], ("t",))
    assert await spooling.quiesce(5)
    await spooling.close()
    second = Loggly()
    spool, again = spooler(tmp_path, second, room)
    again.put([b"new"], ("t",))
    await until(lambda: len(second.came) == 51)
    assert [*(b"%d" % number for number in range(50)), b"new"] == second.came
    second.deliver()
    await until(lambda: spool.count == 0)
    await again.quiesce(5)
    await again.close()


async def test_a_full_spool_keeps_what_waits_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    loggly, room = Loggly(), Room(1_000, lambda _: None)
    spool, spooling = spooler(tmp_path, loggly, room, max_bytes=10)
    spooling.put([b"12345678"], ("t",))
    await until(lambda: loggly.came == [b"12345678"])
    spooling.put([b"abcdefgh"], ("t",))
    await until(lambda: bool(spool.refusal))
    assert (9, [b"12345678"]) == (room.used, loggly.came)
    loggly.deliver()
    await until(lambda: loggly.came == [b"12345678", b"abcdefgh"])
    assert 0 == room.used
    await spooling.quiesce(5)
    await spooling.close()


async def test_what_is_too_much_at_once_goes_row_by_row(tmp_path: Path) -> None:
    """More waits than the spool may hold in all: it still goes through."""
    loggly, room = Loggly(), Room(1_000, lambda _: None)
    _, spooling = spooler(tmp_path, loggly, room, max_bytes=25)
    for number in range(10):
        spooling.put([b"%09d" % number], ("t",))
    while len(loggly.came) < 10:
        await until(lambda: bool(loggly._open))
        loggly.deliver()
        await asyncio.sleep(0.01)
    assert [b"%09d" % number for number in range(10)] == loggly.came
    loggly.deliver()
    await spooling.quiesce(5)
    await spooling.close()


@pytest.mark.parametrize(
    ("sizes", "rows"),
    [
        ([], []),
        ([0], [1]),
        ([5, 5], [2]),
        ([ROW_BYTES - 1], [1]),
        ([ROW_BYTES - 3, 1], [2]),
        ([ROW_BYTES - 2, 1], [1, 1]),
        ([2 * ROW_BYTES, 1, 2 * ROW_BYTES, 1, 1], [1, 1, 1, 2]),
    ],
)
def test_rows_are_cut_so_that_they_fit_into_the_reserve(sizes: list[int], rows: list[int]) -> None:
    lines = [bytes(size) for size in sizes]
    cut = list(rows_of(lines))
    assert (rows, lines) == ([len(row) for row in cut], [line for row in cut for line in row])


async def test_memory_does_not_follow_the_backlog(tmp_path: Path) -> None:
    """Rows are only read as far as there is room for them."""
    loggly = Loggly()
    room = Room(40, lambda _: None)
    spool, spooling = spooler(tmp_path, loggly, room)
    onward = loggly.onward

    def counted(lines: list[bytes], receipt: Receipt, tags: Tags) -> None:
        room.add(10)
        onward(lines, receipt, tags)

    spooling._onward = counted
    for number in range(20):
        spooling.put([b"%09d" % number], ("t",))
    await until(lambda: spool.count == 20 and len(loggly.came) == 3)
    assert not room.full, "what comes meanwhile has room to be written"
    while len(loggly.came) < 20:
        room.free(10 * len(loggly._open))
        loggly.deliver()
        await asyncio.sleep(0.01)
    assert [b"%09d" % number for number in range(20)] == loggly.came
    await spooling.quiesce(5)
    await spooling.close()


async def test_a_sender_that_waits_hears_when_its_lines_are_on_the_disk(tmp_path: Path) -> None:
    loggly, room = Loggly(), Room(1_000_000, lambda _: None)
    spool, spooling = spooler(tmp_path, loggly, room, max_bytes=10 * ROW_BYTES)
    receipt, told = Receipt(0.0), list[int]()
    receipt.on_done(lambda: told.append(spool.count))
    spooling.put([bytes(ROW_BYTES - 1), b"b"], ("t",), receipt)
    receipt.complete()
    assert not receipt.done
    await until(lambda: receipt.done)
    assert ([2], "") == (told, spooling.full)
    await spooling.quiesce(5)
    await spooling.close()


async def test_a_full_spool_says_why_while_something_waits_for_it(tmp_path: Path) -> None:
    loggly, room = Loggly(), Room(1_000, lambda _: None)
    _, spooling = spooler(tmp_path, loggly, room, max_bytes=10)
    for text in (b"12345678", b"12345678"):
        spooling.put([text], ("t",))
    await until(lambda: spooling.full != "")
    assert "spool.max_bytes" in spooling.full
    await until(lambda: loggly.came != [])
    loggly.deliver()
    await until(lambda: spooling.full == "")
    await spooling.quiesce(5)
    await spooling.close()
