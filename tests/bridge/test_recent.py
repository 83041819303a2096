import pytest

from bridge import recent
from bridge.messages import Chunk, Mode
from bridge.receipts import Receipt
from bridge.recent import REMEMBERED_SECONDS, Recent, key_of

KEY = ("192.0.2.1", "t", "id")


def chunk(mode: Mode = Mode.PACKED, chunk_id: str | None = "id") -> Chunk:
    return Chunk(mode, "t", b"", b"ack", chunk_id)


def remember(known: Recent, key: tuple[str, str, str], now: float) -> None:
    """Let a chunk come and be delivered."""
    receipt = Receipt(0.0)
    known.add(key, receipt)
    receipt.on_done(lambda: known.delivered(key, now))
    receipt.complete()


@pytest.mark.parametrize(
    ("found", "expected"),
    [(chunk(), KEY), (chunk(Mode.FORWARD), KEY), (chunk(Mode.MESSAGE), None), (chunk(chunk_id=None), None)],
)
def test_what_tells_a_chunk_from_others(found: Chunk, expected: tuple[str, str, str] | None) -> None:
    assert expected == key_of(found, "192.0.2.1")


def test_a_chunk_on_its_way_is_known_however_long_it_takes() -> None:
    known, receipt = Recent(), Receipt(0.0)
    known.add(KEY, receipt)
    assert receipt is known.find(KEY, 1e9)


def test_another_client_is_another_chunk() -> None:
    known = Recent()
    known.add(KEY, Receipt(0.0))
    assert known.find(("192.0.2.2", "t", "id"), 0.0) is None


def test_a_delivered_chunk_is_forgotten_in_time() -> None:
    known = Recent()
    remember(known, KEY, 100.0)
    found = known.find(KEY, 100.0 + REMEMBERED_SECONDS)
    assert found
    assert found.done
    assert known.find(KEY, 100.1 + REMEMBERED_SECONDS) is None


def test_what_comes_again_after_its_time_is_a_new_chunk() -> None:
    known, again = Recent(), Receipt(0.0)
    remember(known, KEY, 100.0)
    known.add(KEY, again)
    assert again is known.find(KEY, 1_000.0)
    known.delivered(KEY, 1_000.0)
    assert known.find(KEY, 1_000.0 + REMEMBERED_SECONDS)
    assert 1 == len(known)


def test_old_ones_are_forgotten_when_others_are_delivered() -> None:
    known = Recent()
    for number in range(3):
        remember(known, ("c", "t", str(number)), 100.0 * number)
    remember(known, ("c", "t", "last"), 50.0 + REMEMBERED_SECONDS)
    assert 3 == len(known)


def test_their_number_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest delivered ones make room; what is on its way never does."""
    # A constant, so that the test need not make 100,000 of them.
    monkeypatch.setattr(recent, "REMEMBERED_CHUNKS", 3)
    known, first = Recent(), Receipt(0.0)
    known.add(("c", "t", "on its way"), first)
    for number in range(5):
        remember(known, ("c", "t", str(number)), 0.0)
    assert 4 == len(known)
    assert first is known.find(("c", "t", "on its way"), 0.0)
    assert [False, False, True, True, True] == [bool(known.find(("c", "t", str(number)), 0.0)) for number in range(5)]


def test_what_will_not_be_delivered_is_forgotten() -> None:
    known = Recent()
    known.add(KEY, Receipt(0.0))
    known.forget(KEY)
    known.forget(KEY)
    assert known.find(KEY, 0.0) is None
