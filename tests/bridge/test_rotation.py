"""Names tell which files are a log's, and their order."""

import pytest

from bridge import rotation
from bridge.rotation import Seen

FIRST, SECOND = "2026-01-31T12-34-56.123", "2026-01-31T12-34-57.000"


def seen(name: str, inode: int, stamp: str = "") -> Seen:
    return Seen(f"/log/{name}", 1, inode, 10, stamp)


@pytest.mark.parametrize(
    ("name", "log", "stamp"),
    [
        (f"audit-{FIRST}.log", "audit.log", FIRST),
        (f"audit-{FIRST}.log.gz", "audit.log", FIRST),
        (f"audit-{FIRST}", "audit", FIRST),
        ("0.log.20260131-123456", "0.log", "20260131-123456"),
        ("0.log.20260131-123456.gz", "0.log", "20260131-123456"),
        ("0.log.20260131-123456.tmp", "0.log", ""),
        ("audit.log", "audit.log", ""),
        (f"other-{FIRST}.log", "audit.log", ""),
        (f"auditxlog-{FIRST}.log", "audit.log", ""),
        (f"audit-{FIRST}.txt", "audit.log", ""),
        ("audit-2026-01-31.log", "audit.log", ""),
    ],
)
def test_a_rotated_files_name_has_its_stamp(name: str, log: str, stamp: str) -> None:
    assert stamp == rotation.stamp(name, log)


def test_the_oldest_is_first_and_the_current_one_last() -> None:
    files = [seen("audit.log", 3), seen("b", 2, SECOND), seen("a", 1, FIRST), seen("before", 4, rotation.REPLACED)]
    assert ["a", "b", "before", "audit.log"] == [file.path.removeprefix("/log/") for file in rotation.in_order(files)]


def test_one_that_is_being_compressed_is_taken_as_it_was() -> None:
    files = [seen("a.gz", 1, FIRST), seen("a", 2, FIRST), seen("b.gz", 3, SECOND)]
    assert ["/log/a", "/log/b.gz"] == [file.path for file in rotation.in_order(files)]


def test_one_that_a_link_shows_again_is_taken_once() -> None:
    files = [seen("audit.log.1", 7, FIRST), seen("real", 7, rotation.REPLACED)]
    assert [FIRST] == [file.stamp for file in rotation.in_order(files)]


def test_after_a_stamp_come_later_ones_and_the_current_one() -> None:
    order = [seen("a", 1, FIRST), seen("b", 2, SECOND), seen("audit.log", 3)]
    assert ["/log/b", "/log/audit.log"] == [file.path for file in rotation.after(order, FIRST)]
    assert (SECOND, "") == (rotation.newest(order), rotation.newest([]))


def test_only_a_rotated_file_is_compressed() -> None:
    assert (False, True) == (seen("audit.log.gz", 1).compressed, seen("a.gz", 1, FIRST).compressed)
