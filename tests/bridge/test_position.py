"""A position survives being written down, and knows its file by its beginning."""

from typing import Any

import pytest

from bridge.position import Position, fingerprint

HERE = Position(1, 2, 300, 3, fingerprint(b"abc"), "", "2026-01-31T12-34-56.123", "/log/audit.log", "")


def test_it_is_read_as_it_was_written() -> None:
    assert HERE == Position.from_json(HERE.as_json())


@pytest.mark.parametrize("data", [{}, [], {**HERE.as_json(), "offset": "300"}, {**HERE.as_json(), "more": 1}])
def test_what_is_no_position_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match="no position"):
        Position.from_json(data)


@pytest.mark.parametrize(("beginning", "fits"), [(b"abc", True), (b"abd", False), (b"ab", False), (b"", False)])
def test_the_beginning_tells_the_file(beginning: bytes, *, fits: bool) -> None:
    assert fits == HERE.fits(beginning)


def test_an_empty_file_has_an_empty_fingerprint() -> None:
    assert Position().fits(b"")
    assert "" == fingerprint(b"")


def test_later_files_begin_after_its_own_stamp_where_it_has_one() -> None:
    assert ("2026-01-31T12-34-56.123", "b") == (HERE.begins, Position(stamp="b", after="a").begins)
