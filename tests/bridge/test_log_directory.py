"""What of a log is there, of one moment, also by links."""

from pathlib import Path

import pytest

from bridge import log_directory, rotation

STAMP = "2026-01-31T12-34-56.123"


def stamps(path: Path, replaced: str = "") -> list[tuple[str, str]]:
    return [(Path(file.path).name, file.stamp) for file in log_directory.listing(str(path), replaced)]


def test_strangers_are_left_out(tmp_path: Path) -> None:
    for name in ("audit.log", f"audit-{STAMP}.log", "other.log", f"other-{STAMP}.log"):
        (tmp_path / name).touch()
    assert [(f"audit-{STAMP}.log", STAMP), ("audit.log", "")] == stamps(tmp_path / "audit.log")


def test_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    assert [] == stamps(tmp_path / "audit.log")


def test_a_link_has_rotated_files_where_it_is_and_where_it_leads(tmp_path: Path) -> None:
    """The API server renames the link; the kubelet renames what it leads to."""
    real, here = tmp_path / "real", tmp_path / "here"
    real.mkdir()
    here.mkdir()
    for name in ("0.log", "0.log.20260131-123456"):
        (real / name).write_text(name)
    (here / "audit.log").symlink_to(real / "0.log")
    (here / f"audit-{STAMP}.log").touch()
    expected = [(f"audit-{STAMP}.log", STAMP), ("0.log.20260131-123456", "20260131-123456"), ("audit.log", "")]
    assert expected == stamps(here / "audit.log")


def test_where_a_link_led_before_comes_just_before_the_current_one(tmp_path: Path) -> None:
    (tmp_path / "old").touch()
    (tmp_path / "new").touch()
    (tmp_path / "audit.log").symlink_to("new")
    assert [("old", rotation.REPLACED), ("audit.log", "")] == stamps(tmp_path / "audit.log", str(tmp_path / "old"))


def test_a_directory_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        log_directory.listing(str(tmp_path))
