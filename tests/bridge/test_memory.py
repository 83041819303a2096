import re
from pathlib import Path

import pytest

from bridge import memory

GAPS = 4_000
PIECE = 40_000  # bytes: too large for Python's own allocator, too small for a mapping of its own


def resident_bytes() -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024


@pytest.mark.skipif(memory._TRIM is None, reason="the C library has no malloc_trim")
def test_gaps_between_what_is_in_use_are_given_back() -> None:
    pieces = [bytes(PIECE) for _ in range(GAPS)]
    kept = pieces[::2]
    del pieces
    before = resident_bytes()
    memory.give_back()
    assert resident_bytes() < before - len(kept) * PIECE // 2


def test_a_c_library_without_it_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_TRIM", None)
    memory.give_back()


def test_it_can_be_asked_to_stay_small() -> None:
    """Where the C library knows of it; asking twice changes nothing."""
    memory.stay_small()
    memory.stay_small()
