"""Batches against a Loggly with hidden rules, in virtual time: every event ends once, taken or set aside."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.batch import Batch
from bridge.receipts import Receipt
from bridge.retry import Outcome
from bridge.uploads import REFUSALS_IN_A_ROW, Pauses, Uploads
from tests.support import virtual_time

Rule = Callable[["Loggly", Batch], int]
PROBE = 60.0


@dataclass
class Loggly:
    """Answers by a rule, takes a tenth of a second for it, and remembers what it took."""

    rule: Rule
    room_aside: int = 1_000_000
    took: list[bytes] = field(default_factory=list)
    aside: list[bytes] = field(default_factory=list)
    asked_at: list[float] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def attempt(self, batch: Batch) -> Outcome:
        lines = list(batch.lines)
        self.asked_at.append(self.now)
        self.asked.append(len(lines))
        status = self.rule(self, batch)
        await asyncio.sleep(0.1)
        if status == 200:
            self.took += lines
        return Outcome(status or None, body='{"response" : "ok"}' if status == 200 else "")

    async def put_aside(self, line: bytes, tags: tuple[str, ...], outcome: Outcome) -> bool:
        assert (("t",), True) == (tags, outcome.status in {400, 413})
        if len(self.aside) >= self.room_aside:
            return False
        self.aside.append(line)
        return True


def lines(count: int, start: int = 0) -> list[bytes]:
    return [b'{"n":%d}' % number for number in range(start, start + count)]


def batch_of(some: list[bytes]) -> tuple[Batch, Receipt]:
    receipt = Receipt(0.0)
    receipt.expect(len(some))
    receipt.complete()
    return Batch(("t",), 0.0, list(some), sum(map(len, some)) + len(some), [(receipt, len(some))]), receipt


def delivered(loggly: Loggly, *batches: list[bytes], later: float = 0.0) -> float:
    """Deliver the batches, each `later` seconds after the one before; return how long it took."""

    async def main() -> float:
        uploads = Uploads(
            loggly.attempt, loggly.put_aside, Pauses(1.0, 30.0, PROBE), lambda: 0.5, lambda: 0.0, asyncio.Semaphore(4)
        )
        receipts = []

        async def one(number: int, some: list[bytes]) -> None:
            await asyncio.sleep(number * later)
            batch, receipt = batch_of(some)
            receipts.append(receipt)
            await uploads.deliver(batch)

        await asyncio.gather(*(one(number, some) for number, some in enumerate(batches)))
        assert all(receipt.done for receipt in receipts)
        assert uploads.hold.is_open
        return loggly.now

    return virtual_time.run(main())


def test_what_loggly_takes_is_sent_once() -> None:
    loggly = Loggly(lambda _, __: 200)
    delivered(loggly, lines(100))
    assert (lines(100), [100]) == (loggly.took, loggly.asked)


@pytest.mark.parametrize("status", [500, 503, 429, 408, 0])
def test_what_says_later_is_tried_until_it_works(status: int) -> None:
    loggly = Loggly(lambda loggly, _: 200 if loggly.now > 100 else status)
    delivered(loggly, lines(10))
    assert (lines(10), []) == (loggly.took, loggly.aside)
    pauses = [
        round(after - before - 0.1, 3) for before, after in zip(loggly.asked_at, loggly.asked_at[1:], strict=False)
    ]
    assert [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0] == pauses[:7], "full jitter at its middle, doubling up to the maximum"


@pytest.mark.parametrize("status", [401, 403, 404, 302, 204, 418])
def test_what_refuses_us_holds_everything(status: int) -> None:
    """One event asks once a minute; when it is taken everything goes, and nothing was set aside."""
    loggly = Loggly(lambda loggly, _: 200 if loggly.now > 600 else status)
    took = delivered(loggly, lines(10), lines(10, 10), lines(10, 20), later=1.0)
    assert (sorted(lines(30)), []) == (sorted(loggly.took), loggly.aside)
    assert took < 600 + PROBE + 2
    held = loggly.asked[1:-4]
    assert set(held) == {1}, "only single events ask while everything is held"
    assert len(held) <= 600 / PROBE + 1


def test_one_poisoned_event_among_thousands_is_set_aside() -> None:
    poison = lines(20_000)[12_345]
    loggly = Loggly(lambda _, batch: 400 if poison in batch.lines else 200)
    delivered(loggly, lines(20_000))
    assert [poison] == loggly.aside
    assert Counter(lines(20_000)) - Counter([poison]) == Counter(loggly.took)
    assert len(loggly.asked) <= 40


def test_a_poisoned_event_alone_waits_for_one_that_shows_who_is_at_fault() -> None:
    poison = b'{"poison":1}'
    loggly = Loggly(lambda _, batch: 400 if poison in batch.lines else 200)
    took = delivered(loggly, [poison], lines(5), later=1_000.0)
    assert (lines(5), [poison]) == (sorted(loggly.took), loggly.aside)
    assert took < 1_002, "the other batch is asked as soon as it comes"


def test_when_every_event_is_refused_the_request_is_at_fault() -> None:
    """Nothing is set aside, and few requests are spent on finding out."""
    loggly = Loggly(lambda loggly, _: 200 if loggly.now > 3_600 else 400)
    delivered(loggly, lines(20_000))
    assert (Counter(lines(20_000)), []) == (Counter(loggly.took), loggly.aside)
    assert sum(at < 60 for at in loggly.asked_at) <= 30 + REFUSALS_IN_A_ROW


def test_a_hidden_limit_of_size_splits_until_it_fits() -> None:
    loggly = Loggly(lambda _, batch: 413 if batch.size > 1_000 else 200)
    delivered(loggly, lines(1_000))
    assert (lines(1_000), []) == (loggly.took, loggly.aside)


def test_an_event_that_is_too_large_alone_is_cut() -> None:
    large = b'{"auditID":"a","responseObject":{"x":"' + b"x" * 100_000 + b'"},"audit":{}}'
    loggly = Loggly(lambda _, batch: 413 if batch.size > 60_000 else 200)
    delivered(loggly, [large, *lines(3)])
    assert [] == loggly.aside
    (cut,) = [line for line in loggly.took if b"auditID" in line]
    assert b'"truncated":"responseObject' in cut


def test_an_event_that_is_refused_however_small_is_set_aside_whole() -> None:
    large = b'{"auditID":"a","responseObject":{"x":"' + b"x" * 100_000 + b'"},"audit":{}}'
    loggly = Loggly(lambda _, batch: 413 if any(b"auditID" in line for line in batch.lines) else 200)
    delivered(loggly, [large, *lines(3)])
    assert ([large], lines(3)) == (loggly.aside, sorted(loggly.took))


def test_without_room_aside_everything_is_held_until_there_is_some() -> None:
    poison = b'{"poison":1}'
    loggly = Loggly(lambda _, batch: 400 if poison in batch.lines else 200, room_aside=0)

    async def put_aside(line: bytes, tags: tuple[str, ...], outcome: Outcome) -> bool:
        loggly.room_aside = int(loggly.now > 500)
        return await Loggly.put_aside(loggly, line, tags, outcome)

    loggly.put_aside = put_aside  # type: ignore[method-assign]
    took = delivered(loggly, [poison, *lines(3)], lines(3, 3), later=100.0)
    assert ([poison], lines(6)) == (loggly.aside, sorted(loggly.took))
    assert 500 < took < 500 + PROBE + 2


KINDS = st.sampled_from(["503", "403", "413", "400 all", "poison"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=6),
    st.lists(st.tuples(KINDS, st.floats(0, 300), st.floats(1, 300)), max_size=4),
    st.sets(st.integers(0, 200), max_size=5),
    st.floats(0, 100),
)
def test_every_event_ends_once_in_every_mixture(
    sizes: list[int], faults: list[tuple[str, float, float]], poisoned: set[int], later: float
) -> None:
    """Whatever fails from whenever to whenever: taken or set aside, never both, never neither, and only poison aside."""
    everything = lines(sum(sizes))
    poison = {everything[number] for number in poisoned if number < len(everything)}

    def rule(loggly: Loggly, batch: Batch) -> int:
        for kind, start, length in faults:
            if start <= loggly.now < start + length:
                if kind in {"503", "403"}:
                    return int(kind)
                if kind == "413" and batch.size > 100:
                    return 413
                if kind == "400 all":
                    return 400
        return 400 if poison & set(batch.lines) else 200

    loggly = Loggly(rule)
    batches, at = [], 0
    for size in sizes:
        batches.append(everything[at : at + size])
        at += size
    last = [b'{"last":1}']  # what is only poison waits for an event that shows that the request is right
    delivered(loggly, *batches, last, later=later)
    assert Counter([*everything, *last]) == Counter(loggly.took + loggly.aside)
    assert poison == set(loggly.aside)
