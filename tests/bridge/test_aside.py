from pathlib import Path

import pytest

from audit.settings import DeadLetter
from bridge.aside import DeadLetterBox
from bridge.metrics import Metrics
from bridge.retry import Outcome
from bridge.status import Store

REFUSED = Outcome(400, body="bad event")


async def test_a_refused_event_is_kept(tmp_path: Path) -> None:
    metrics = Metrics()
    box = DeadLetterBox(DeadLetter(path=str(tmp_path / "letters"), max_bytes=1_000), metrics)
    assert await box.put(b"line", ("a", "b"), REFUSED)
    assert 1 == box.count
    exposed = metrics.exposition().decode()
    assert 'audit_bridge_events_dead_lettered_total{reason="400"} 1.0' in exposed
    assert "audit_bridge_dead_letters 1.0" in exposed
    box.close()


async def test_a_full_box_keeps_nothing_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    box = DeadLetterBox(DeadLetter(path=str(tmp_path / "letters"), max_bytes=100), Metrics())
    assert not await box.put(b"x" * 200, (), REFUSED)
    assert (0, True) == (box.count, "dead_letter" in caplog.text)
    box.close()


async def test_no_box_at_all(caplog: pytest.LogCaptureFixture) -> None:
    box = DeadLetterBox(DeadLetter(), Metrics())
    assert not await box.put(b"x", (), REFUSED)
    assert (0, ["Loggly refuses an event, and there is no place for it: set dead_letter.path"]) == (
        box.count,
        caplog.messages,
    )
    box.close()


async def test_the_box_says_how_full_it_is(tmp_path: Path) -> None:
    box = DeadLetterBox(DeadLetter(path=str(tmp_path / "letters"), max_bytes=100), Metrics())
    assert Store(0, 0, 100) == box.store()
    await box.put(b"line", (), REFUSED)
    await box.put(b"x" * 200, (), REFUSED)
    store = box.store()
    assert store is not None
    assert (1, 100, True) == (store.count, store.limit_bytes, "dead_letter" in store.refusal)
    assert None is DeadLetterBox(DeadLetter(), Metrics()).store()
    box.close()
