import asyncio

from bridge.batch import Batch
from bridge.hold import Held, Hold
from tests.support import virtual_time


def batch(line: bytes = b"x") -> Batch:
    return Batch(("t",), 0.0, [line], len(line) + 1)


def now() -> float:
    return asyncio.get_running_loop().time()


def test_an_open_gate_lets_pass() -> None:
    virtual_time.run(Hold().passed(batch()))


def test_whoever_comes_to_a_closed_gate_waits() -> None:
    async def main() -> list[float]:
        hold, passed = Hold(), list[float]()
        hold.close(Held("why", 0.0))

        async def one() -> None:
            await hold.passed(batch())
            passed.append(now())

        waiting = [asyncio.ensure_future(one()) for _ in range(3)]
        await asyncio.sleep(10)
        assert ([], 3, Held("why", 0.0)) == (passed, len(hold.offers), hold.held)
        hold.open()
        await asyncio.gather(*waiting)
        assert [] == hold.offers
        return passed

    assert [10.0] * 3 == virtual_time.run(main())


def test_a_probe_comes_in_its_time_or_when_it_is_woken() -> None:
    async def main() -> tuple[float, float]:
        hold = Hold()
        hold.close(Held("why", 0.0))
        await hold.pause(60)
        first = now()
        asyncio.get_running_loop().call_later(5, hold.wake)
        await hold.pause(60)
        return first, now()

    assert (60.0, 65.0) == virtual_time.run(main())


def test_a_wake_just_before_the_gate_closes_is_kept() -> None:
    """A new token may come while the old one is being refused."""

    async def main() -> float:
        hold = Hold()
        hold.wake()
        hold.close(Held("why", 0.0))
        await hold.pause(60)
        return now()

    assert 0.0 == virtual_time.run(main())


def test_a_newcomer_wakes_the_probe_only_where_it_can_be_a_witness() -> None:
    async def main(witnesses: bool) -> float:
        hold = Hold()
        hold.close(Held("why", 0.0, witnesses))
        newcomer = asyncio.get_running_loop().create_task(hold.passed(batch()))
        await hold.pause(60)
        hold.open()
        await newcomer
        return now()

    assert (0.0, 60.0) == (virtual_time.run(main(witnesses=True)), virtual_time.run(main(witnesses=False)))
