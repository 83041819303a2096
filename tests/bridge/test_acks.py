import asyncio

import pytest

from bridge.acks import AckQueue, Writer
from bridge.receipts import Receipt


class Connection:
    """What a queue does to its connection, written down with the turn of the loop in which it happened."""

    def __init__(self) -> None:
        self.writes: list[tuple[int, bytes]] = []
        self.expired = 0
        self.turn = 0

    def writer(self) -> Writer:
        return Writer(lambda ack: self.writes.append((self.turn, ack)), self.expire)

    def expire(self) -> None:
        self.expired += 1

    async def turns(self, count: int) -> None:
        for _ in range(count):
            await asyncio.sleep(0)
            self.turn += 1

    @property
    def acks(self) -> list[bytes]:
        return [ack for _, ack in self.writes]


def receipt() -> Receipt:
    made = Receipt(0.0)
    made.expect(1)
    made.complete()
    return made


async def test_acks_keep_the_order_of_their_chunks() -> None:
    """The second chunk is delivered first; its ack waits for the first one's."""
    connection = Connection()
    queue = AckQueue(connection.writer(), 60)
    first, second = receipt(), receipt()
    queue.owe(b"1", first)
    queue.owe(b"2", second)
    second.settle(1)
    await connection.turns(3)
    assert ([], 2) == (connection.acks, len(queue))
    first.settle(1)
    await connection.turns(4)
    assert ([b"1", b"2"], 0) == (connection.acks, len(queue))
    queue.forget()


async def test_each_ack_has_a_turn_of_its_own() -> None:
    connection = Connection()
    queue = AckQueue(connection.writer(), 60)
    receipts = [receipt() for _ in range(3)]
    for number, one in enumerate(receipts):
        queue.owe(b"%d" % number, one)
    for one in receipts:
        one.settle(1)
    await connection.turns(6)
    assert [b"0", b"1", b"2"] == connection.acks
    assert 3 == len({turn for turn, _ in connection.writes})


async def test_a_done_receipt_is_acked() -> None:
    connection = Connection()
    queue = AckQueue(connection.writer(), 60)
    done = Receipt(0.0)
    done.complete()
    queue.owe(b"1", done)
    assert queue.due
    await connection.turns(2)
    assert [b"1"] == connection.acks


async def test_nothing_is_acked_after_it_was_forgotten() -> None:
    connection = Connection()
    queue = AckQueue(connection.writer(), 60)
    one = receipt()
    queue.owe(b"1", one)
    one.settle(1)
    queue.forget()
    await connection.turns(3)
    assert ([], 0) == (connection.acks, len(queue))


@pytest.mark.parametrize(("delivered", "expired"), [(True, 0), (False, 1)])
async def test_the_deadline(delivered: bool, expired: int) -> None:
    connection = Connection()
    queue = AckQueue(connection.writer(), 0.001)
    one = receipt()
    queue.owe(b"1", one)
    if delivered:
        one.settle(1)
    await asyncio.sleep(0.005)
    assert expired == connection.expired
    queue.forget()
