"""A few cells of `make faults`, shortened: that the table can be trusted, and that nothing is lost in them."""

from pathlib import Path

import pytest

from tests.faults import __main__ as faults
from tests.faults import cells, report
from tests.faults.flood import Size, flood
from tests.faults.senders import KINDS

CELLS = [
    ("our client", "503"),
    ("our client", "400 for one poisoned event"),
    ("fluent-logger (PyPI)", "connection refused"),
]


@pytest.mark.parametrize(("sender", "fault"), CELLS, ids=lambda name: name)
def test_nothing_is_lost(sender: str, fault: str, tmp_path: Path) -> None:
    (kind,) = [kind for kind in KINDS if kind.name == sender]
    (struck,) = [struck for struck in faults.FAULTS if struck.name == fault]
    outcome = cells.run(kind, struck, 1.0, tmp_path)
    assert () == outcome.problems
    assert outcome.sent == outcome.stored + outcome.dead > 150
    assert (fault.startswith("400"), 0) == (outcome.dead == 1, outcome.duplicated)
    assert outcome.acked == (outcome.sent if kind.asks_for_acks else None)


def test_a_flood_holds_up_no_good_client(tmp_path: Path) -> None:
    """Every chunk of the good client is acked, and the bridge's memory comes back."""
    found = flood(tmp_path, Size(connections=2_000, slow=50, nested_bytes=20_000_000))
    assert [] == found.problems
    assert len(found.waits) > 5


def test_a_table_replaces_what_stood_between_its_markers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- faults:begin -->\nold\n<!-- faults:end -->\nafter\n")
    report.write("faults", "new", page)
    assert "before\n<!-- faults:begin -->\nnew\n<!-- faults:end -->\nafter\n" == page.read_text()
    with pytest.raises(ValueError, match=r"page\.md: expected <!-- flood:begin --> and <!-- flood:end -->, got none"):
        report.write("flood", "new", page)
