import asyncio

import pytest

from bridge.room import Room


async def test_room_is_counted() -> None:
    counts: list[int] = []
    room = Room(100, counts.append)
    room.add(60)
    assert not room.full
    room.add(60)
    assert room.full
    room.free(60)
    assert ([60, 120, 60], False) == (counts, room.full)


async def test_those_who_wait_are_let_in_one_at_a_time_in_their_order() -> None:
    room, entered = Room(100, lambda _: None), list[int]()
    room.add(100)

    async def client(number: int) -> None:
        await room.admission()
        entered.append(number)
        room.add(100)
        room.pass_on()

    clients = [asyncio.ensure_future(client(number)) for number in range(3)]
    await asyncio.sleep(0)
    assert [] == entered
    for expected in ([0], [0, 1], [0, 1, 2]):
        room.free(100)
        for _ in range(3):
            await asyncio.sleep(0)
        assert expected == entered
    await asyncio.gather(*clients)


async def test_a_newcomer_does_not_overtake() -> None:
    """Somebody waits already, and there is room again: the one who waits goes first."""
    room, entered = Room(100, lambda _: None), list[str]()
    room.add(100)

    async def client(name: str) -> None:
        await room.admission()
        entered.append(name)
        room.pass_on()

    first = asyncio.ensure_future(client("first"))
    await asyncio.sleep(0)
    room.free(100)
    await asyncio.gather(first, asyncio.ensure_future(client("second")))
    assert ["first", "second"] == entered


async def test_one_who_gives_up_keeps_nobody_out() -> None:
    room = Room(100, lambda _: None)
    room.add(100)
    impatient = asyncio.ensure_future(room.admission())
    patient = asyncio.ensure_future(room.admission())
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    room.free(100)
    await asyncio.wait_for(patient, 5)


async def test_one_who_gives_up_when_its_turn_has_come_passes_it_on() -> None:
    room = Room(100, lambda _: None)
    room.add(100)
    impatient, patient = (asyncio.ensure_future(room.admission()) for _ in range(2))
    await asyncio.sleep(0)
    room.free(100)
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    await asyncio.wait_for(patient, 5)


async def test_a_client_that_sends_much_does_not_keep_out_one_that_sends_little() -> None:
    """Ten chunks of the one wait; the other's only one comes in second, not eleventh."""
    room, entered = Room(100, lambda _: None), list[str]()
    room.add(100)

    async def client(name: str, chunks: int) -> None:
        for _ in range(chunks):
            await room.admission()
            entered.append(name)
            room.add(100)
            room.pass_on()

    clients = [asyncio.ensure_future(client("much", 10)), asyncio.ensure_future(client("little", 1))]
    for _ in range(11):
        await asyncio.sleep(0)
        room.free(100)
        await asyncio.sleep(0)
    await asyncio.wait_for(asyncio.gather(*clients), 5)
    assert ["much", "little", "much"] == entered[:3]
    assert 0 == room.waiting


async def test_what_does_not_fit_waits_until_it_does_and_keeps_its_place() -> None:
    room = Room(100, lambda _: None)
    room.add(60)
    large, small = (asyncio.ensure_future(room.admission(size)) for size in (50, 10))
    await asyncio.sleep(0)
    assert (False, False, 2) == (large.done(), small.done(), room.waiting)
    room.free(20)
    await large
    room.add(50)
    room.pass_on()
    await small


@pytest.mark.parametrize(("used", "comes_in"), [(50, True), (51, False)])
async def test_half_the_room_is_enough_for_what_is_larger(used: int, comes_in: bool) -> None:
    room = Room(100, lambda _: None)
    room.add(used)
    huge = asyncio.ensure_future(room.admission(1_000))
    await asyncio.sleep(0)
    assert comes_in == huge.done()
    room.free(used)
    await huge
