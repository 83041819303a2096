"""Events that Loggly refused: there once `add` says so, within the bound, and for other processes to see."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bridge.dead_letters import DeadLetters, Letter
from bridge.errors import ConfigError

TAGS = ("kubernetes", "audit")
REFUSED = ("refused alone", "status 400")
NOON = 1_767_268_800_123_456_789  # 2026-01-01, in nanoseconds


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "dead-letters.sqlite")


@pytest.fixture
def letters(path: str) -> Iterator[DeadLetters]:
    with closing(DeadLetters(path, 1_000, lambda: NOON)) as letters:
        yield letters


def test_what_was_added(letters: DeadLetters) -> None:
    assert letters.add(b'{"a":1}', TAGS, *REFUSED)
    assert Letter(1, "2026-01-01T12:00:00.123456Z", *REFUSED, TAGS, b'{"a":1}') == letters.get(1)
    assert (1, 7 + 13 + 10, "") == (letters.count, letters.bytes_used, letters.refusal)


def test_what_is_not_there(letters: DeadLetters) -> None:
    assert (None, [], [], False) == (letters.get(1), letters.ids(), list(letters.list()), letters.remove(1))


def test_all_of_them_the_oldest_first(letters: DeadLetters) -> None:
    for line in (b"a", b"b", b"c"):
        letters.add(line, (), *REFUSED)
    assert [(1, b"a", ()), (2, b"b", ()), (3, b"c", ())] == [(x.id, x.line, x.tags) for x in letters.list()]
    assert letters.remove(2)
    assert ([1, 3], 2) == (letters.ids(), letters.count)


def test_one_that_is_removed_while_they_are_listed(letters: DeadLetters) -> None:
    letters.add(b"a", TAGS, *REFUSED)
    letters.add(b"b", TAGS, *REFUSED)
    listed = letters.list()
    assert 1 == next(listed).id
    letters.remove(2)
    assert [] == list(listed)


def test_a_further_answer(letters: DeadLetters) -> None:
    letters.add(b"a", TAGS, *REFUSED)
    letters.answered(1, "status 413")
    assert ["status 413"] == [letter.answer for letter in letters.list()]


def test_beyond_the_bound_nothing_is_stored(letters: DeadLetters, path: str) -> None:
    """The bound counts the answer and the reason too, in bytes; what just fits is taken."""
    assert letters.add(bytes(900), TAGS, "é" * 20, "a" * 60)
    assert not letters.add(b"b", TAGS, "", "")
    sentence = "expected room for 1 bytes, got 1,000 of 1,000 bytes in use - raise the bound"
    assert (1, f"{path} (dead_letter.max_bytes): {sentence}") == (letters.count, letters.refusal)
    letters.remove(1)
    assert letters.add(b"b", TAGS, "", "")
    assert "" == letters.refusal


def test_another_process_makes_room(letters: DeadLetters, path: str) -> None:
    """The bound is that of the file, not of what this process has added."""
    letters.add(bytes(900), TAGS, *REFUSED)
    with closing(DeadLetters(path, 1_000, create=False)) as other:
        assert other.remove(1)
    assert (0, 0) == (letters.count, letters.bytes_used)
    assert letters.add(bytes(900), TAGS, *REFUSED)


def test_a_disk_without_room(path: str) -> None:
    """SQLite's own bound on pages ends as a full disk does; what is there stays, and can be removed."""
    with closing(DeadLetters(path, 10**9)) as letters:
        letters._database.read("PRAGMA max_page_count = 50")
        assert letters.add(b"a", TAGS, *REFUSED)
        assert not letters.add(bytes(1_000_000), TAGS, *REFUSED)
        sentence = f"{path} (dead_letter.path): expected the dead letters, got a full disk - make room"
        assert (sentence, [1]) == (letters.refusal, letters.ids())
        assert letters.remove(1)


def test_they_are_there_after_a_restart(path: str) -> None:
    with closing(DeadLetters(path, 1_000)) as letters:
        letters.add(b"a", TAGS, *REFUSED)
    with closing(DeadLetters(path, 1_000)) as letters:
        assert [b"a"] == [letter.line for letter in letters.list()]


def test_whoever_only_looks_makes_no_file(path: str) -> None:
    with pytest.raises(ConfigError):
        DeadLetters(path, 1_000, create=False)
    assert not Path(path).exists()


def test_a_spool_is_no_file_of_dead_letters(path: str) -> None:
    from bridge.spool import Spool

    Spool(path, 1).close()
    with pytest.raises(ConfigError) as caught:
        DeadLetters(path, 1)
    sentence = "expected the dead letters, got another program's database - name another file"
    assert f"{path} (dead_letter.path): {sentence}" == str(caught.value)
