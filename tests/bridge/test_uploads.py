"""Batches against a Loggly with hidden rules, in virtual time: every event ends once, taken or set aside."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import islice
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.batch import Batch
from bridge.hold import Held, Hold
from bridge.receipts import Receipt
from bridge.retry import Outcome
from bridge.uploads import REFUSALS_IN_A_ROW, Pauses, Uploads
from tests.support import virtual_time

Rule = Callable[["Loggly", Batch], int]
PROBE, SLOTS = 60.0, 4
OWN = b'{"message":"is anybody there?"}'
HOURS = 36_000.0


@dataclass(frozen=True)
class Request:
    """One request: when it began and ended, what it carried, and the answer."""

    begun: float
    ended: float
    lines: list[bytes]
    status: int


@dataclass
class Loggly:
    """Answers by a rule, takes a tenth of a second for it, and remembers what it took."""

    rule: Rule
    latency: Callable[[], float] = lambda: 0.1
    room_aside: int = 1_000_000
    requests: list[Request] = field(default_factory=list)
    hold: Hold = field(default_factory=Hold)
    probes: dict[Held, list[float]] = field(default_factory=dict)
    lost: list[bytes] = field(default_factory=list)  # stored, and the answer lost
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
        begun = self.now
        if self.hold.held:
            assert len(lines) == 1
            self.probes.setdefault(self.hold.held, []).append(begun)
        status = self.rule(self, batch)
        await asyncio.sleep(self.latency())
        if status == 200:
            self.took += lines
        self.requests.append(Request(begun, self.now, lines, status))
        return Outcome(status or None, body='{"response" : "ok"}' if status == 200 else "")

    async def put_aside(self, line: bytes, tags: tuple[str, ...], outcome: Outcome) -> bool:
        assert (("t",), True) == (tags, outcome.status in {400, 413})
        assert self.is_at_fault(line)
        if len(self.aside) >= self.room_aside:
            return False
        self.aside.append(line)
        return True

    def assert_held_quietly(self) -> None:
        """While held one event asked from time to time; those that woke it are a witness, and what was on its way."""
        for probes in self.probes.values():
            assert len(probes) <= (probes[-1] - probes[0]) / PROBE + 2 + SLOTS

    def is_at_fault(self, line: bytes) -> bool:
        """Tell whether the line was refused alone, another taken that was sent later, and the line refused alone again."""
        alone = [request for request in self.requests if request.lines == [line] and request.status in {400, 413}]
        others = [request for request in self.requests if request.status == 200]
        return any(
            first.ended <= other.begun and other.ended <= again.begun
            for first in alone
            for other in others
            for again in alone
        )


def lines(count: int, start: int = 0) -> list[bytes]:
    return [b'{"n":%d}' % number for number in range(start, start + count)]


def batch_of(some: list[bytes]) -> tuple[Batch, Receipt]:
    receipt = Receipt(0.0)
    receipt.expect(len(some))
    receipt.complete()
    return Batch(("t",), 0.0, list(some), sum(map(len, some)) + len(some), [(receipt, len(some))]), receipt


def delivered(
    loggly: Loggly,
    *batches: list[bytes],
    later: float = 0.0,
    last: list[bytes] | None = None,
    own: bytes | None = None,
) -> float:
    """Deliver the batches, each `later` seconds after the one before, and `last` hours after; return how long it took."""

    async def main() -> float:
        uploads = Uploads(
            loggly.attempt,
            loggly.put_aside,
            Pauses(1.0, 30.0, PROBE),
            lambda: 0.5,
            lambda: 0.0,
            asyncio.Semaphore(SLOTS),
            own=(lambda: own) if own else None,
        )
        receipts = []
        loggly.hold = uploads.hold

        async def one(after: float, some: list[bytes]) -> None:
            await asyncio.sleep(after)
            batch, receipt = batch_of(some)
            receipts.append(receipt)
            await uploads.deliver(batch)

        plan = [(number * later, some) for number, some in enumerate(batches)]
        await asyncio.gather(*(one(after, some) for after, some in plan + ([(HOURS, last)] if last else [])))
        assert all(receipt.done for receipt in receipts)
        assert uploads.hold.is_open
        loggly.assert_held_quietly()
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


def test_where_no_other_event_comes_a_line_of_our_own_shows_who_is_at_fault() -> None:
    poison = b'{"poison":1}'
    loggly = Loggly(lambda _, batch: 400 if poison in batch.lines else 200)
    took = delivered(loggly, [poison], own=OWN)
    assert ([OWN], [poison]) == (loggly.took, loggly.aside)
    assert took < PROBE + 2


def test_where_our_own_line_is_refused_too_the_request_is_at_fault() -> None:
    loggly = Loggly(lambda loggly, _: 200 if loggly.now > 3_600 else 400)
    delivered(loggly, [lines(1)[0]], own=OWN)
    assert ([OWN, *lines(1)], []) == (loggly.took, loggly.aside)
    assert len(loggly.asked) <= 3_600 / PROBE + 5


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


KINDS = st.sampled_from(["503", "403", "413", "400", "0", "lost"])
FAULTS = st.lists(st.tuples(KINDS, st.floats(0, 300), st.floats(1, 300)), max_size=5)
DECIDE = settings(max_examples=60, deadline=None)


def mixture(faults: list[tuple[str, float, float]], poison: set[bytes], random: Random) -> Loggly:
    """Return a Loggly with faults from when to how long, and events that it never takes; its answers take a while."""

    def rule(loggly: Loggly, batch: Batch) -> int:
        for kind, start, length in faults:
            if start <= loggly.now < start + length:
                if kind == "lost" and not poison & set(batch.lines):
                    loggly.lost += batch.lines
                    return 0
                if kind in {"503", "403", "400", "0"} or (kind == "413" and batch.size > 100):
                    return int(kind)
        return 400 if poison & set(batch.lines) else 200

    return Loggly(rule, lambda: random.choice([0.1, 0.3, 2.0, 40.0]))


def cut(everything: list[bytes], sizes: list[int]) -> list[list[bytes]]:
    rest = iter(everything)
    return [list(islice(rest, size)) for size in sizes]


@DECIDE
@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=6),
    FAULTS,
    st.sets(st.integers(0, 200), max_size=5),
    st.floats(0, 100),
    st.randoms(use_true_random=False),
)
def test_every_event_ends_once_in_every_mixture(
    sizes: list[int], faults: list[tuple[str, float, float]], poisoned: set[int], later: float, random: Random
) -> None:
    """Whatever fails from whenever to whenever: taken or set aside, never both, never neither.

    Only what could not be known is taken twice: an answer was lost.
    """
    everything = lines(sum(sizes))
    poison = {everything[number] for number in poisoned if number < len(everything)}
    loggly = mixture(faults, poison, random)
    delivered(loggly, *cut(everything, sizes), later=later, last=[b"{}"])
    assert Counter([*everything, b"{}"]) == Counter(loggly.took + loggly.aside)
    assert poison <= set(loggly.aside)
    if sum(kind == "400" for kind, _, _ in faults) < 2:
        assert poison == set(loggly.aside), "a fault that comes once and goes sets nothing aside"
    assert set(loggly.lost) <= set(loggly.took)


@DECIDE
@given(st.integers(2, 300), st.data())
def test_whichever_event_is_poisoned_few_requests_find_it(count: int, data: st.DataObject) -> None:
    poison = lines(count)[data.draw(st.integers(0, count - 1))]
    loggly = Loggly(lambda _, batch: 400 if poison in batch.lines else 200)
    delivered(loggly, lines(count), last=[b"{}"])
    assert [poison] == loggly.aside
    in_time = [request for request in loggly.requests if request.begun < PROBE]
    assert len(in_time) <= 2 * (count - 1).bit_length() + 3


def test_a_run_of_poisoned_events_is_set_aside_without_a_hold() -> None:
    """An event from far away shows that the request is right."""
    everything = lines(1_000)
    poison = set(everything[100:140])
    loggly = Loggly(lambda _, batch: 400 if poison & set(batch.lines) else 200)
    assert delivered(loggly, everything) < PROBE
    assert sorted(poison) == sorted(loggly.aside)
    assert {} == loggly.probes


def test_a_refusal_that_begins_in_the_middle_of_a_batch_sets_nothing_aside() -> None:
    """What was taken before it began proves nothing about what came after."""
    poison = lines(64)[0]
    loggly = Loggly(lambda loggly, batch: 400 if poison in batch.lines or 1.0 < loggly.now < 4_000 else 200)
    delivered(loggly, lines(64), last=[b"{}"])
    assert [poison] == loggly.aside


def test_two_batches_of_poison_alone_do_not_hide_the_good_one() -> None:
    poison = {b'{"poison":1}', b'{"poison":2}'}
    loggly = Loggly(lambda _, batch: 400 if poison & set(batch.lines) else 200)
    took = delivered(loggly, *([event] for event in sorted(poison)), lines(5), later=100.0)
    assert (lines(5), sorted(poison)) == (sorted(loggly.took), sorted(loggly.aside))
    assert took < 200 + 2 * PROBE + 2


def test_what_queues_for_a_connection_is_held_too() -> None:
    """Two hundred batches wait for four connections when the first answer is a 403: the others are not sent."""
    loggly = Loggly(lambda loggly, _: 200 if loggly.now > 300 else 403)
    delivered(loggly, *([line] for line in lines(200)))
    assert sum(request.begun < 300 for request in loggly.requests) <= SLOTS + 300 / PROBE + 1
    assert lines(200) == sorted(loggly.took, key=lambda line: int(line[5:-1]))


def test_a_probe_is_woken(caplog: pytest.LogCaptureFixture) -> None:
    """A new token ends an hour's hold at once, also when it came while the old one was being refused."""

    async def main(wakes_at: float) -> float:
        new_at = wakes_at
        loggly = Loggly(lambda loggly, _: 200 if loggly.now >= new_at else 403, lambda: 5.0)
        uploads = Uploads(
            loggly.attempt, loggly.put_aside, Pauses(1.0, 30.0, 3_600.0), lambda: 0.5, lambda: 0.0, asyncio.Semaphore(4)
        )
        asyncio.get_running_loop().call_at(wakes_at, uploads.hold.wake)
        batch, receipt = batch_of(lines(3))
        await uploads.deliver(batch)
        assert receipt.done
        return loggly.now

    assert [15.0, 20.0] == [virtual_time.run(main(at)) for at in (2.0, 10.0)]
    assert 2 == caplog.text.count("no longer held")


def test_a_hold_that_a_shutdown_ends_is_not_called_over(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        loggly = Loggly(lambda _, __: 403)
        uploads = Uploads(
            loggly.attempt, loggly.put_aside, Pauses(1.0, 30.0, PROBE), lambda: 0.5, lambda: 0.0, asyncio.Semaphore(4)
        )
        task = asyncio.create_task(uploads.deliver(batch_of(lines(3))[0]))
        await asyncio.sleep(1000)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    virtual_time.run(main())
    assert "HELD: Loggly answers status 403" in caplog.text
    assert "no longer held" not in caplog.text


def test_a_bug_loses_and_repeats_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """What was settled before stays settled; the rest is tried again."""
    poison = lines(100)[40]
    times = iter(range(1_000))

    def rule(_: Loggly, batch: Batch) -> int:
        if next(times) % 3 == 2:
            raise RuntimeError("a bug")
        return 400 if poison in batch.lines else 200

    loggly = Loggly(rule)
    delivered(loggly, lines(100), last=[b"{}"])
    assert Counter([*lines(100), b"{}"]) == Counter(loggly.took + loggly.aside)
    assert [poison] == loggly.aside
    assert "a bug in the bridge; what is left of the batch is tried again" in caplog.text


def test_a_long_retry_after_is_honoured() -> None:
    loggly = Loggly(lambda loggly, _: 200 if loggly.requests else 429)

    async def attempt(batch: Batch) -> Outcome:
        return replace(await Loggly.attempt(loggly, batch), retry_after="120")

    loggly.attempt = attempt  # type: ignore[method-assign]
    assert 120.2 == pytest.approx(delivered(loggly, lines(2)))
