import pytest

from bridge import recent
from bridge.messages import Chunk, Mode
from bridge.receipts import Receipt
from bridge.recent import REMEMBERED_SECONDS, Recent, key_of

KEY = ("192.0.2.1", "t", "id")


def chunk(mode: Mode = Mode.PACKED, chunk_id: str | None = "id") -> Chunk:
    return Chunk(mode, "t", b"", b"ack", chunk_id)


def done() -> Receipt:
    receipt = Receipt(0.0)
    receipt.complete()
    return receipt


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
    known, receipt = Recent(), done()
    known.add(KEY, receipt)
    known.delivered(KEY, 100.0)
    assert receipt is known.find(KEY, 100.0 + REMEMBERED_SECONDS)
    assert known.find(KEY, 100.1 + REMEMBERED_SECONDS) is None
    assert 0 == len(known)


def test_old_ones_are_forgotten_when_others_are_delivered() -> None:
    known = Recent()
    for number in range(3):
        known.add(("c", "t", str(number)), done())
        known.delivered(("c", "t", str(number)), 100.0 * number)
    known.add(("c", "t", "last"), done())
    known.delivered(("c", "t", "last"), 50.0 + REMEMBERED_SECONDS)
    assert 3 == len(known)


def test_their_number_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    # A constant, so that the test need not make 100,000 of them.
    monkeypatch.setattr(recent, "REMEMBERED_CHUNKS", 3)
    known, first = Recent(), Receipt(0.0)
    known.add(("c", "t", "on its way"), first)
    for number in range(5):
        known.add(("c", "t", str(number)), done())
    assert 3 == len(known)
    assert first is known.find(("c", "t", "on its way"), 0.0)


def test_what_will_not_be_delivered_is_forgotten() -> None:
    known = Recent()
    known.add(KEY, Receipt(0.0))
    known.forget(KEY)
    known.forget(KEY)
    assert known.find(KEY, 0.0) is None
