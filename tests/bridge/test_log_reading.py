"""One file: its lines, a line that is too long, a beginning that changes."""

from contextlib import closing
from pathlib import Path

from bridge import blocks
from bridge.log_reading import KEPT_OF_OVERLONG, Piece, Reading, first_time, last_time
from bridge.log_source import Plain
from bridge.rotation import Seen

TIMES = b'{"requestReceivedTimestamp":"2026-01-31T12:00:00.000000Z","stageTimestamp":"2026-01-31T12:00:01.000000Z"}'


def reading(path: Path, *, final: bool = False) -> Reading:
    return Reading(Plain(str(path)), "", "", path.stat().st_size, final)


def test_a_line_of_many_blocks_is_read_whole(tmp_path: Path) -> None:
    line = b"x" * (3 * blocks.BLOCK_BYTES)
    (tmp_path / "log").write_bytes(line + b"\nnext\n")
    found = reading(tmp_path / "log")
    with closing(found.source):
        assert Piece([line, b"next"], len(line) + 6) == found.next(blocks.raw)
        assert None is found.next(blocks.raw)


def test_a_line_that_is_too_long_is_passed_over_once_it_has_ended(tmp_path: Path) -> None:
    """It is there in parts: its length is told, with its beginning, and the next line is read."""
    log, size = tmp_path / "log", blocks.LONGEST_LINE + 5
    with log.open("wb") as file:
        file.write(b"first\n")
        file.write(b"x" * size)
        file.flush()
        found = reading(log)
        with closing(found.source):
            assert Piece([b"first"], 6) == found.next(blocks.raw)
            assert None is found.next(blocks.raw)
            file.write(b"yy\nnext\n")
            file.flush()
            assert Piece([], size + 3, b"x" * KEPT_OF_OVERLONG) == found.next(blocks.raw)
            assert Piece([b"next"], 5) == found.next(blocks.raw)


def test_the_end_of_a_final_file_ends_a_line_that_is_too_long(tmp_path: Path) -> None:
    size = blocks.LONGEST_LINE + 5
    (tmp_path / "log").write_bytes(b"x" * size)
    found = reading(tmp_path / "log", final=True)
    with closing(found.source):
        assert Piece([], size, b"x" * KEPT_OF_OVERLONG) == found.next(blocks.raw)


def test_the_end_is_behind_the_last_line_that_has_ended(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"one\ntwo\nthr")
    found = reading(tmp_path / "log")
    with closing(found.source):
        found.seek_last_line()
        assert 8 == found.offset


def test_a_file_that_lost_its_end_goes_on_at_the_new_one(tmp_path: Path) -> None:
    """As after a power cut: what was read is delivered, and must not be read again."""
    log = tmp_path / "log"
    log.write_bytes(b"one\ntwo\n")
    found = reading(log)
    with closing(found.source):
        found.next(blocks.raw)
        found.learn_head()
        log.write_bytes(b"one\n")
        found.end = 4
        assert (True, 4) == (found.was_truncated(), found.offset)


def test_a_file_with_another_beginning_is_read_from_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"one\n")
    found = reading(log)
    with closing(found.source):
        found.learn_head()
        assert not found.was_truncated()
        found.next(blocks.raw)
        log.write_bytes(b"new one\n")
        found.end = 8
        assert (True, 0) == (found.was_truncated(), found.offset)


def test_times_of_events(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(TIMES + b"\n" + TIMES)
    file = Seen(str(tmp_path / "log"), 1, 1, 1)
    assert ("2026-01-31T12:00:00.000000Z", "2026-01-31T12:00:01.000000Z") == (first_time(file), last_time(TIMES))
    assert ("", "") == (first_time(Seen("/nowhere", 1, 1, 1)), last_time(b"no event"))
