"""A log is followed through growth, rotation, compression and truncation: each line once, in order, whole."""

import gzip
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.following import EVERY, Follower, follow
from bridge.gaps import Gap, Why
from bridge.position import Position

LARGE = b'{"auditID":"%d","more":"' + b"x" * 1_100 + b'"}'


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "audit.log"
    path.write_bytes(b"one\ntwo\nthr")
    return path


@pytest.fixture
def follower(log: Path) -> Iterator[Follower]:
    with closing(Follower(str(log))) as found:
        yield found


class Writer:
    """What the API server does to a log; `stamps` count up."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0

    def append(self, data: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(data)

    def rotate(self) -> Path:
        """Rename the file; a new one is there with the next `append`."""
        self.count += 1
        return self.path.rename(self.path.with_name(f"audit-2026-01-31T12-34-56.{self.count:03}.log"))

    def compress(self, path: Path) -> None:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()


@pytest.fixture
def writer(log: Path) -> Writer:
    return Writer(log)


def no_gap(gap: Gap) -> None:
    raise AssertionError(gap)


def lines(follower: Follower) -> list[bytes]:
    """Return all that has come since."""
    found: list[bytes] = []
    while block := follower.at_hand() or follower.read():
        found += block.lines
    return found


def rest(path: Path, position: Position | None, gaps: list[Gap] | None = None) -> list[bytes]:
    """Return what a bridge reads that starts with this position."""
    hears = gaps.append if gaps is not None else no_gap
    with closing(Follower(str(path), position, gap=hears)) as follower:
        return lines(follower)


def reached(follower: Follower) -> Position:
    """Read all that is there; return the place."""
    position = Position()
    while block := follower.at_hand() or follower.read():
        position = block.after
    return position


def test_lines_come_when_they_have_ended(writer: Writer, follower: Follower) -> None:
    assert [b"one", b"two"] == lines(follower)
    assert [] == lines(follower)
    writer.append(b"ee\nfour\n")
    assert [b"three", b"four"] == lines(follower)


def test_a_rotated_file_is_read_to_its_end_then_the_new_one(writer: Writer, follower: Follower) -> None:
    lines(follower)
    writer.append(b"ee\nfour")
    writer.rotate()
    writer.append(b"five\n")
    assert [b"three", b"four", b"five"] == lines(follower)


def test_several_rotations_between_two_looks(writer: Writer, follower: Follower) -> None:
    lines(follower)
    for number in range(5):
        writer.rotate()
        writer.append(b"%d\n" % number)
    assert [b"thr", b"0", b"1", b"2", b"3", b"4"] == lines(follower)


def test_the_open_file_is_renamed_and_compressed_between_two_looks(writer: Writer, log: Path) -> None:
    """It has another inode then: its content tells that it has been read."""
    writer.append(b"ee\n" + LARGE % 1 + b"\n")
    with closing(Follower(str(log))) as follower:
        lines(follower)
        writer.compress(writer.rotate())
        writer.append(b"next\n")
        assert [b"next"] == lines(follower)


def test_a_rotated_file_that_waits_is_compressed(writer: Writer, follower: Follower) -> None:
    lines(follower)
    writer.rotate()
    writer.append(b"four\n")
    follower.look()
    writer.compress(writer.rotate())
    writer.append(b"five\n")
    assert [b"thr", b"four", b"five"] == lines(follower)


def test_between_rename_and_creation_the_old_file_waits(writer: Writer, follower: Follower) -> None:
    lines(follower)
    writer.rotate()
    assert [] == lines(follower)
    writer.append(b"five\n")
    assert [b"thr", b"five"] == lines(follower)


def test_a_file_that_appears_late_is_read_whole(tmp_path: Path) -> None:
    """The directory has rotated files from before, which are not read."""
    writer = Writer(tmp_path / "audit.log")
    writer.append(b"old\n")
    writer.rotate()
    with closing(Follower(str(writer.path), at_end=True)) as follower:
        position = reached(follower)
        assert Position(after="2026-01-31T12-34-56.001", real=str(writer.path)) == position
        writer.append(b"one\n")
        writer.rotate()
        writer.append(b"two\n")
        assert [b"one", b"two"] == lines(follower)
    assert [b"one", b"two"] == rest(writer.path, position)


def test_it_begins_at_the_end(writer: Writer, log: Path) -> None:
    with closing(Follower(str(log), at_end=True)) as follower:
        position = reached(follower)
        writer.append(b"ee\n")
        assert [b"three"] == lines(follower)
    assert [b"three"] == rest(log, position)


def test_a_file_truncated_in_place_begins_again(writer: Writer, log: Path) -> None:
    gaps: list[Gap] = []
    with closing(Follower(str(log), gap=gaps.append)) as follower:
        lines(follower)
        os.truncate(log, 0)
        writer.append(b"new\n")
        assert [b"new"] == lines(follower)
    assert [Gap(str(log), Why.TRUNCATED, "", "", None)] == gaps


def test_it_goes_on_where_it_was_left_after_five_rotations(writer: Writer, log: Path, follower: Follower) -> None:
    position = reached(follower)
    for number in range(5):
        writer.rotate()
        writer.append(b"%d\n" % number)
    assert [b"thr", b"0", b"1", b"2", b"3", b"4"] == rest(log, position)


def test_it_goes_on_in_a_file_that_was_compressed_meanwhile(writer: Writer, log: Path, follower: Follower) -> None:
    position = reached(follower)
    writer.append(b"ee\n")
    writer.compress(writer.rotate())
    writer.append(b"four\n")
    assert [b"three", b"four"] == rest(log, position)


def test_files_that_are_gone_are_a_gap(writer: Writer, log: Path, follower: Follower) -> None:
    """The extent: from the last event that was read to the first that is there."""
    writer.append(b'ee\n{"stageTimestamp":"2026-01-31T12:00:00.000000Z"}\n')
    position = reached(follower)
    writer.rotate().unlink()
    writer.append(b'{"requestReceivedTimestamp":"2026-01-31T13:00:00.000000Z"}\n')
    writer.rotate()
    writer.append(b"last\n")
    gaps: list[Gap] = []
    assert 2 == len(rest(log, position, gaps))
    times = "2026-01-31T12:00:00.000000Z", "2026-01-31T13:00:00.000000Z"
    assert [Gap(str(log), Why.GONE_BEFORE, *times, None)] == gaps


def test_an_inode_that_came_again_is_not_taken_for_the_file(writer: Writer, log: Path, follower: Follower) -> None:
    position = reached(follower)
    log.write_bytes(b"another content, of the same inode\n")
    gaps: list[Gap] = []
    assert [b"another content, of the same inode"] == rest(log, position, gaps)
    assert [Why.GONE_BEFORE] == [gap.why for gap in gaps]
    assert writer.path == log


def test_files_that_go_while_they_wait_are_a_gap_of_known_size(writer: Writer, log: Path) -> None:
    gaps: list[Gap] = []
    with closing(Follower(str(log), gap=gaps.append)) as follower:
        lines(follower)
        for number in range(3):
            writer.rotate()
            writer.append(b"%d\n" % number * 100)
        follower.look()
        waiting = sorted(log.parent.glob("audit-*"))
        waiting[0].unlink()  # open already
        waiting[1].unlink()
        assert [b"thr", *[b"1"] * 100, *[b"2"] * 100] == lines(follower)
    assert [(Why.GONE, 200)] == [(gap.why, gap.size) for gap in gaps]


def test_a_damaged_file_is_a_gap(writer: Writer, log: Path, follower: Follower) -> None:
    position = reached(follower)
    writer.rotate()
    writer.append(b"lost\n")
    damaged = writer.rotate()
    writer.append(b"five\n")
    damaged.with_name(damaged.name + ".gz").write_bytes(b"no gzip")
    damaged.unlink()
    gaps: list[Gap] = []
    assert [b"thr", b"five"] == rest(log, position, gaps)
    assert [Why.DAMAGED] == [gap.why for gap in gaps]


def test_a_link_that_leads_elsewhere(tmp_path: Path) -> None:
    """What it led to is read to its end, also by a bridge that was away."""
    old, new, log = tmp_path / "0.log", tmp_path / "1.log", tmp_path / "link.log"
    old.write_bytes(b"one\n")
    new.write_bytes(b"three\n")
    log.symlink_to(old)
    with closing(Follower(str(log))) as follower:
        position = reached(follower)
        with old.open("ab") as file:
            file.write(b"two\n")
        log.unlink()
        log.symlink_to(new)
        assert [b"two", b"three"] == lines(follower)
        assert [] == lines(follower)
    assert [b"two", b"three"] == rest(log, position)


def test_the_api_server_renames_a_link(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    writer = Writer(tmp_path / "audit.log")
    writer.path.symlink_to(tmp_path / "data" / "real.log")
    writer.append(b"one\n")
    with closing(Follower(str(writer.path))) as follower:
        position = reached(follower)
        writer.append(b"two\n")
        writer.rotate()
        writer.append(b"three\n")
        assert [b"two", b"three"] == lines(follower)
    assert [b"two", b"three"] == rest(writer.path, position)


def test_what_waits_is_counted(writer: Writer, follower: Follower) -> None:
    lines(follower)
    writer.rotate()
    writer.append(b"12345\n")
    follower.look()
    assert 3 + 6 == follower.unread


def test_a_directory_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Follower(str(tmp_path / "none" / "audit.log")).read()


def test_it_sleeps_only_where_nothing_has_come(tmp_path: Path) -> None:
    """Two files, one named twice; whoever sleeps also writes, so that the order is known."""
    one, two = tmp_path / "one.log", tmp_path / "two.log"
    one.write_bytes(b"1\n")
    two.write_bytes(b"2\n")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        Writer(two).append(b"3\n")

    with closing(follow([str(one), str(two), str(one)], sleep)) as found:
        assert [(str(one), [b"1"]), (str(two), [b"2"]), (str(two), [b"3"])] == [next(found) for _ in range(3)]
    assert [EVERY] == slept


def test_what_is_gone_for_a_while_is_waited_for(log: Path) -> None:
    def sleep(_: float) -> None:
        if log.is_dir():
            log.rmdir()
            log.write_bytes(b"six\n")
        else:
            log.rename(log.with_name("gone"))
            log.mkdir()

    with closing(follow([str(log)], sleep)) as found:
        assert [[b"one", b"two"], [b"thr"], [b"six"]] == [some for _, some in (next(found) for _ in range(3))]


STEPS = st.lists(
    st.sampled_from(["rotate", "compress", "look", "read", "again"])
    | st.integers(0, 3).map(lambda size: b"x" * size)
    | st.just(b"\n"),
    max_size=25,
)


@given(STEPS)
@settings(max_examples=int(os.environ.get("FOLLOWING_EXAMPLES", "150")))
def test_every_line_comes_once_whatever_happens_in_which_order(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str | bytes]
) -> None:
    """`again` is a bridge that starts where the last block was delivered; a file's end also ends its last line.

    Each file begins with a line of its own, as a file of audit events does.
    """
    writer = Writer(tmp_path_factory.mktemp("follow") / "audit.log")
    written: list[bytes] = []

    def begin() -> None:
        written.append(b"file %d\n" % len(written))
        writer.append(written[-1])

    begin()
    found: list[bytes] = []
    follower = Follower(str(writer.path), gap=no_gap)
    first = follower.read()
    assert first is not None
    position = first.after
    for step in [*steps, "read", "read", "read"]:
        if isinstance(step, bytes):
            writer.append(step)
            written[-1] += step
        elif step == "rotate":
            writer.rotate()
            begin()
        elif step == "compress":
            for path in sorted(writer.path.parent.glob("audit-*.log"))[:1]:
                writer.compress(path)
        elif step == "look":
            follower.look()
        elif step == "again":
            follower.close()
            follower = Follower(str(writer.path), position, gap=no_gap)
        else:
            while block := follower.at_hand() or follower.read():
                position = block.after
                found += block.lines
    follower.close()
    *ended, last = written
    expected = [line for data in ended for line in data.removesuffix(b"\n").split(b"\n")]
    assert expected + last.split(b"\n")[:-1] == found
