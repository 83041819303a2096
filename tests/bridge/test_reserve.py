"""Room that is occupied, given up, and occupied again."""

import resource
from pathlib import Path

from bridge.reserve import Reserve


def test_the_room_is_really_occupied(tmp_path: Path) -> None:
    path = tmp_path / "reserve"
    reserve = Reserve(str(path), 1_000_000)
    assert (False, True, True) == (reserve.kept, reserve.keep(), reserve.kept)
    assert path.stat().st_blocks * 512 >= 1_000_000


def test_it_is_given_up_once(tmp_path: Path) -> None:
    reserve = Reserve(str(tmp_path / "reserve"), 1_000)
    reserve.keep()
    assert (True, False, []) == (reserve.give_up(), reserve.kept, list(tmp_path.iterdir()))
    assert not reserve.give_up()
    assert (True, True) == (reserve.keep(), reserve.give_up())


def test_one_of_an_earlier_run_is_taken_over(tmp_path: Path) -> None:
    """Also one of another size."""
    Reserve(str(tmp_path / "reserve"), 1_000).keep()
    assert Reserve(str(tmp_path / "reserve"), 100_000).keep()
    assert 100_000 == (tmp_path / "reserve").stat().st_size


def test_where_there_is_too_little_room_none_is_taken(tmp_path: Path) -> None:
    reserve = Reserve(str(tmp_path / "reserve"), 1_000_000)
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, most))
    try:
        assert not reserve.keep()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert [] == list(tmp_path.iterdir())
    assert reserve.keep()


def test_a_directory_that_is_gone(tmp_path: Path) -> None:
    assert not Reserve(str(tmp_path / "none" / "reserve"), 1_000).keep()
