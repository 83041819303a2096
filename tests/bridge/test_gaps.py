"""An alarm says what is missing, why, and what to do."""

from bridge.gaps import Gap, Why


def test_a_gap_whose_extent_is_known() -> None:
    gap = Gap("/log/audit.log", Why.GONE, "2026-01-31T12:00:00Z", "2026-01-31T13:00:00Z", 1_000_000)
    assert (
        "GAP in /log/audit.log: expected every event, got none from 2026-01-31T12:00:00Z to 2026-01-31T13:00:00Z, "
        "1,000,000 bytes: rotated files were removed before they were read - keep more rotated files "
        "(--audit-log-maxbackup), or find out why Loggly takes less than is written"
    ) == str(gap)


def test_a_gap_of_which_nothing_is_known() -> None:
    assert (
        "GAP in a.log: expected every event, got none from an unknown time to now: the file was truncated in place - "
        "let the API server rotate it (--audit-log-maxsize), and nothing else"
    ) == str(Gap("a.log", Why.TRUNCATED, "", "", None))
