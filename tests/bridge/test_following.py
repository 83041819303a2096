"""A log is followed through growth, rotation and truncation: each line once, in order, whole."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import ConfigError
from bridge.following import EVERY, Followed, follow


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "audit.log"
    path.write_bytes(b"one\ntwo\nthr")
    return path


@pytest.fixture
def followed(log: Path) -> Iterator[Followed]:
    with closing(Followed(str(log))) as found:
        yield found


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def rotate(path: Path) -> Path:
    return path.rename(path.with_name("audit-2026-01-31T12-34-56.123.log"))


def test_lines_come_when_they_have_ended(log: Path, followed: Followed) -> None:
    assert [b"one", b"two"] == followed.lines()
    assert [] == followed.lines()
    append(log, b"ee\nfour\n")
    assert [b"three", b"four"] == followed.lines()


def test_a_rotated_file_is_read_to_its_end_then_the_new_one(log: Path, followed: Followed) -> None:
    followed.lines()
    old = rotate(log)
    assert [] == followed.lines()
    append(old, b"ee\nfour")
    log.write_bytes(b"five\n")
    assert [b"three", b"four", b"five"] == followed.lines()


def test_between_rename_and_creation_the_old_file_is_still_read(log: Path, followed: Followed) -> None:
    followed.lines()
    append(rotate(log), b"ee\n")
    assert [b"three"] == followed.lines()


def test_a_file_truncated_in_place_begins_again(log: Path, followed: Followed) -> None:
    followed.lines()
    os.truncate(log, 0)
    append(log, b"new\n")
    assert [b"new"] == followed.lines()


def test_a_new_file_that_is_gone_again_is_waited_for(log: Path, followed: Followed) -> None:
    followed.lines()
    rotate(log)
    log.write_bytes(b"five\n")
    assert [b"thr", b"five"] == followed.lines()
    log.rename(log.with_name("gone"))
    log.mkdir()
    assert [] == followed.lines()
    log.rmdir()
    log.write_bytes(b"six\n")
    assert [b"six"] == followed.lines()


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none: expected a log file, got none - check the name$"):
        Followed(str(tmp_path / "none"))


def test_it_sleeps_only_where_nothing_has_come(tmp_path: Path) -> None:
    """Two files, one named twice; whoever sleeps also writes, so that the order is known."""
    one, two = tmp_path / "one.log", tmp_path / "two.log"
    one.write_bytes(b"1\n")
    two.write_bytes(b"2\n")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        append(two, b"3\n")

    with closing(follow([str(one), str(two), str(one)], sleep)) as found:
        assert [(str(one), [b"1"]), (str(two), [b"2"]), (str(two), [b"3"])] == [next(found) for _ in range(3)]
    assert [EVERY] == slept


STEPS = st.lists(
    st.sampled_from(["rotate", "look"]) | st.binary(max_size=6).map(lambda data: data.replace(b"\r", b"")), max_size=12
)


@given(STEPS)
def test_every_line_comes_once_whatever_happens_in_which_order(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str | bytes]
) -> None:
    """One look between two rotations at least; a file's end also ends its last line."""
    log = tmp_path_factory.mktemp("follow") / "audit.log"
    log.touch()
    files, found = [b""], []
    with closing(Followed(str(log))) as followed:
        for number, step in enumerate(steps):
            if isinstance(step, bytes):
                append(log, step)
                files[-1] += step
            elif step == "rotate":
                found += followed.lines()
                log.rename(log.with_name(f"{number}.log"))
                log.touch()
                files.append(b"")
            else:
                found += followed.lines()
        found += followed.lines()
    *ended, last = files
    expected = [line for data in ended for line in (data.removesuffix(b"\n").split(b"\n") if data else [])]
    assert expected + last.split(b"\n")[:-1] == found
