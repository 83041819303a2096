import gzip
import io
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from bridge import replay
from bridge.replay import Pace


def test_lines_of_plain_and_compressed_files(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"one\r\n\ntwo")
    (tmp_path / "b.log.gz").write_bytes(gzip.compress(b"three\n"))
    assert [b"one", b"two", b"three"] == list(replay.lines([str(tmp_path / "a.log"), str(tmp_path / "b.log.gz")]))


def test_lines_of_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    # Standard input is the process's own; everything else of the test is real.
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"one\ntwo\n")))
    assert [b"one", b"two"] == list(replay.lines(["-"]))


@pytest.mark.parametrize(
    ("sent", "now", "slept"), [(0, 100.0, []), (50, 100.0, [5.0]), (50, 105.0, []), (50, 104.0, [1.0])]
)
def test_the_pace(sent: int, now: float, slept: list[float]) -> None:
    """Ten lines a second from second 100: line 50 is due at 105."""
    pauses: list[float] = []
    Pace(10.0, lambda: now, pauses.append).wait(sent, 100.0)
    assert slept == pauses


def test_no_pace_at_all() -> None:
    pauses: list[float] = []
    Pace(0.0, lambda: 0.0, pauses.append).wait(1_000_000, 0.0)
    assert [] == pauses


def test_a_log_that_grows_gives_what_has_come(tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    log.write_bytes(b"one\r\n\ntwo\nthr")

    def sleep(_: float) -> None:
        log.rename(tmp_path / "audit-2026-01-31T12-34-56.123.log")
        log.write_bytes(b"\nfour\n")

    with closing(replay.followed([str(log)], sleep)) as found:
        assert [[b"one", b"two"], [b"thr"], [b"four"]] == [next(found) for _ in range(3)]
