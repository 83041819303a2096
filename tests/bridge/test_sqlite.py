"""The files themselves: whose they are, who may open them, and what is said where they cannot be used."""

import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge import sqlite
from bridge.errors import ConfigError, StoreError
from bridge.sqlite import Database, Format, Totals

FORM = Format("the things", "things.path", 0x74657374, 3, "size INTEGER NOT NULL, thing BLOB NOT NULL")
INSERT = "INSERT INTO rows (size, thing) VALUES (?, ?)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "things.sqlite"


def filled(path: Path, things: int, size: int = 1) -> None:
    with Database(str(path), FORM) as database, database.transaction() as connection:
        connection.executemany(INSERT, ((size, bytes(size)) for _ in range(things)))


def refused(path: Path, *, create: bool = True, alone: bool = False) -> str:
    """Return why a file cannot be opened, without its name."""
    with pytest.raises(ConfigError) as caught:
        Database(str(path), FORM, create=create, alone=alone)
    assert str(caught.value).startswith(f"{path} (things.path): ")
    return str(caught.value).removeprefix(f"{path} (things.path): ")


def test_a_new_file_is_readable_by_nobody_else(path: Path) -> None:
    with Database(str(path), FORM) as database, database.transaction() as connection:
        connection.execute(INSERT, (1, b"x"))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert dict.fromkeys(("things.sqlite", "things.sqlite-wal", "things.sqlite-shm"), 0o600) == modes


def test_it_is_durable_and_says_whose_it_is(path: Path) -> None:
    """The four settings that the promise rests on, as SQLite itself reads them."""
    with Database(str(path), FORM) as database:
        names = ("journal_mode", "synchronous", "application_id", "user_version")
        assert ["wal", 2, 0x74657374, 3] == [database.read(f"PRAGMA {name}")[0][0] for name in names]


def test_totals_follow_every_writer(path: Path) -> None:
    with Database(str(path), FORM) as one, Database(str(path), FORM) as other:
        with one.transaction() as connection:
            connection.executemany(INSERT, [(3, b"abc"), (4, b"abcd")])
        assert (Totals(0, 0), Totals(2, 7)) == (other.written, other.totals())
        with other.transaction() as connection:
            connection.execute("DELETE FROM rows WHERE id = 1")
        assert (Totals(1, 4), Totals(1, 4)) == (other.written, one.totals())


def test_a_block_that_fails_writes_nothing(path: Path) -> None:
    with Database(str(path), FORM) as database:
        with pytest.raises(StoreError), database.transaction() as connection:
            connection.executemany(INSERT, [(1, b"x"), (1, None)])
        assert (Totals(0, 0), []) == (database.totals(), database.read("SELECT * FROM rows"))


def test_ids_are_never_given_again(path: Path) -> None:
    with Database(str(path), FORM) as database:
        for expected in (1, 2, 3):
            with database.transaction() as connection:
                assert expected == connection.execute(INSERT, (1, b"x")).lastrowid
                connection.execute("DELETE FROM rows")


def test_a_file_that_was_emptied_gives_its_space_back(path: Path) -> None:
    filled(path, 20, 1_000_000)
    with Database(str(path), FORM, alone=True) as database:
        with database.transaction() as connection:
            connection.execute("DELETE FROM rows WHERE id > 1")
        database.shrink()
        assert path.stat().st_size > 20_000_000
        with database.transaction() as connection:
            connection.execute("DELETE FROM rows")
        database.shrink()
        assert path.stat().st_size < 100_000
        with database.transaction() as connection:
            assert 21 == connection.execute(INSERT, (1, b"x")).lastrowid


def test_a_path_with_signs_that_addresses_use(tmp_path: Path) -> None:
    path = tmp_path / "a?b#c%20d é.sqlite"
    filled(path, 1)
    assert [path] == list(tmp_path.iterdir())


def test_an_empty_file_is_as_good_as_none(path: Path) -> None:
    """A crash between making a file and writing to it leaves one."""
    path.touch()
    filled(path, 1)
    with Database(str(path), FORM) as database:
        assert Totals(1, 1) == database.totals()


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    sentence = f"expected a file that can be written, got: no such file or directory - make the directory {tmp_path}/no"
    assert sentence == refused(tmp_path / "no" / "things.sqlite")


def test_a_directory_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    sentence = "expected a file that can be written, got: not a directory - check the path"
    assert sentence == refused(tmp_path / "file" / "things.sqlite")


def test_a_directory_that_takes_no_files() -> None:
    """Not even from root."""
    assert refused(Path("/sys/things.sqlite")) in {
        f"expected a file that can be written, got: {why} - check the path"
        for why in (
            "permission denied",
            "read-only file system",
            "operation not permitted",
            "no such file or directory",
        )
    }


@pytest.mark.parametrize("make", [Path.exists, Path.mkdir], ids=["nothing", "a directory"])
def test_a_file_that_is_not_there_and_may_not_be_made(path: Path, make: Callable[[Path], None]) -> None:
    make(path)
    sentence = "expected the things, got one that cannot be opened - check that it is there, and its permissions"
    assert sentence == refused(path, create=False)


def test_a_file_that_is_no_database(path: Path) -> None:
    path.write_text("something of somebody's, long enough to be looked at\n" * 100)
    sentence = "expected the things, got a file that is not SQLite's - move it away, or name another file"
    assert (sentence, True) == (refused(path), path.read_text().startswith("something"))


@pytest.mark.parametrize("statement", ["CREATE TABLE theirs (x)", "PRAGMA application_id = 1"])
def test_a_strangers_database_is_not_written_to(path: Path, statement: str) -> None:
    stranger = sqlite3.connect(path)
    stranger.execute(statement)
    stranger.close()
    before = path.read_bytes()
    sentence = "expected the things, got another program's database - name another file"
    assert (sentence, before) == (refused(path), path.read_bytes())


def test_a_newer_version_is_not_written_to(path: Path) -> None:
    filled(path, 1)
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 4")
    newer.close()
    sentence = "expected version 3 of the format, or older, got version 4 - use the audit-bridge that wrote it"
    assert sentence == refused(path)


def test_a_damaged_file(path: Path) -> None:
    filled(path, 1_000)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    sentence = "expected the things, got a damaged one - move it away; `sqlite3 FILE .recover` reads what is whole"
    assert sentence == refused(path)


def test_a_file_that_another_has_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    sentence = "expected the things, got one that another process has locked - stop that process, or name another file"
    with Database(str(path), FORM, alone=True):
        assert (sentence, sentence) == (refused(path, alone=True), refused(path))


def test_a_write_while_another_writes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    with Database(str(path), FORM) as one, Database(str(path), FORM) as other, one.transaction():
        with pytest.raises(StoreError) as caught, other.transaction():
            pass
        assert [] == other.read("SELECT * FROM rows")
    assert str(caught.value).startswith(f"{path} (things.path): expected the things, got one that another process has")


def test_the_bound_has_its_own_sentence(path: Path) -> None:
    with Database(str(path), FORM) as database, database.transaction() as connection:
        connection.execute(INSERT, (1_000, b"x"))
        database.need_room(1_000, 2_000)
        with pytest.raises(StoreError) as caught:
            database.need_room(1_001, 2_000)
    sentence = "expected room for 1,001 bytes, got 1,000 of 2,000 bytes in use - raise the bound"
    assert f"{path} (things.max_bytes): {sentence}" == str(caught.value)


def test_a_full_disk_stores_nothing_and_keeps_what_is_there(path: Path) -> None:
    """SQLite's own bound on pages ends as a disk without room does."""
    with Database(str(path), FORM) as database:
        database.read("PRAGMA max_page_count = 50")
        with database.transaction() as connection:
            connection.execute(INSERT, (1, b"x"))
        with pytest.raises(StoreError) as caught, database.transaction() as connection:
            connection.executemany(INSERT, [(1, b"y"), (1_000_000, bytes(1_000_000))])
        assert f"{path} (things.path): expected the things, got a full disk - make room" == str(caught.value)
        assert [(b"x",)] == database.read("SELECT thing FROM rows")
        with database.transaction() as connection:
            connection.execute(INSERT, (1, b"z"))
        assert Totals(2, 2) == database.totals()
