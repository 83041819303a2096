"""The spool against a list; killed, torn and without room."""

import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bridge import sqlite
from bridge.batch import Tags
from bridge.errors import ConfigError
from bridge.spool import Row, Spool

TAGS = ("kubernetes", "audit")
PLENTY = 2**30
BOUND = 3_000  # of the state machine: small enough to be reached

# A process that writes for ever and tells of every put that returned; the lines say which put they are of.
WRITER = """
import sys
from bridge.spool import Spool
spool = Spool(sys.argv[1], 2**30)
number = spool.take(0, 2**30)[-1].id if spool.count else 0
while True:
    size = (number % 7) ** 4
    ids = spool.put_many([([b"%d" % (number + more), bytes(size)], ("t",)) for more in (1, 2)])
    number = ids[-1]
    print(number, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool.sqlite"


@pytest.fixture
def spool(path: Path) -> Iterator[Spool]:
    with closing(Spool(str(path), 1_000)) as spool:
        yield spool


def test_a_row_is_what_was_put(spool: Spool) -> None:
    assert 1 == spool.put([b"a", b"", b"bc"], TAGS)
    row = Row(1, TAGS, b"a\n\nbc", 3, 6)
    assert ([row], [b"a", b"", b"bc"], 1, 6) == (spool.take(0, PLENTY), row.lines, spool.count, spool.bytes_used)


@pytest.mark.parametrize(("lines", "tags"), [([], ()), ([b""], ("one",)), ([b"", b""], TAGS)])
def test_rows_with_little_in_them(spool: Spool, lines: list[bytes], tags: Tags) -> None:
    spool.put(lines, tags)
    (row,) = spool.take(0, PLENTY)
    assert (lines, tags, len(lines)) == (row.lines, row.tags, row.size)


def test_rows_are_taken_in_order_as_many_as_fit(spool: Spool) -> None:
    assert [1, 2, 3] == spool.put_many([([bytes(9)], TAGS), ([bytes(9)], TAGS), ([bytes(1)], TAGS)])
    taken = {
        (after, most): [row.id for row in spool.take(after, most)] for after in (0, 1, 3) for most in (1, 19, 20, 22)
    }
    assert {
        (0, 1): [1],
        (0, 19): [1],
        (0, 20): [1, 2],
        (0, 22): [1, 2, 3],
        (1, 1): [2],
        (1, 19): [2, 3],
        (1, 20): [2, 3],
        (1, 22): [2, 3],
        (3, 1): [],
        (3, 19): [],
        (3, 20): [],
        (3, 22): [],
    } == taken


def test_what_is_deleted_does_not_come_back(spool: Spool) -> None:
    for number in range(4):
        spool.put([b"%d" % number], TAGS)
    assert spool.delete([1, 3, 99])
    assert ([b"1", b"3"], 2, 4) == ([row.body for row in spool.take(0, PLENTY)], spool.count, spool.bytes_used)


def test_ids_go_on_after_the_last_row_is_gone(spool: Spool, path: Path) -> None:
    """A reader that remembers the last id it took misses nothing, not even over a restart."""
    spool.put([b"a"], TAGS)
    spool.delete([1])
    spool.close()
    with closing(Spool(str(path), 1_000)) as again:
        assert 2 == again.put([b"b"], TAGS)
        assert [b"b"] == [row.body for row in again.take(1, PLENTY)]


def test_beyond_the_bound_nothing_is_stored(spool: Spool, path: Path) -> None:
    """Of several at once, none is; what just fits is taken; what was deleted makes room."""
    assert 1 == spool.put([bytes(899)], TAGS)
    assert None is spool.put_many([([bytes(49)], TAGS), ([bytes(50)], TAGS)])
    sentence = "expected room for 101 bytes, got 900 of 1,000 bytes in use - raise the bound"
    assert (1, f"{path} (spool.max_bytes): {sentence}") == (spool.count, spool.refusal)
    assert [2, 3] == spool.put_many([([bytes(49)], TAGS), ([bytes(49)], TAGS)])
    assert ("", 1_000) == (spool.refusal, spool.bytes_used)
    assert None is spool.put([b""], TAGS)
    spool.delete([1])
    assert 4 == spool.put([bytes(899)], TAGS)


def test_two_bridges_cannot_have_one_spool(spool: Spool, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both would deliver everything in it."""
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    with pytest.raises(ConfigError) as caught:
        Spool(str(path), 1_000)
    sentence = "expected the spool, got one that another process has locked - stop that process, or name another file"
    assert (f"{path} (spool.path): {sentence}", 1) == (str(caught.value), spool.put([b"a"], TAGS))


def test_a_newer_format_is_left_alone(spool: Spool, path: Path) -> None:
    spool._database.read("PRAGMA user_version = 2")
    spool.close()
    with pytest.raises(ConfigError) as caught:
        Spool(str(path), 1_000)
    sentence = "expected version 1 of the format, or older, got version 2 - use the audit-bridge that wrote it"
    assert f"{path} (spool.path): {sentence}" == str(caught.value)


def test_deleted_rows_give_their_space_to_new_ones(path: Path) -> None:
    """A spool that is never empty does not grow; one that has become empty gives the disk its space back."""
    with closing(Spool(str(path), PLENTY)) as spool:
        spool.put([b"stays"], TAGS)
        for _ in range(20):
            ids = spool.put_many([([bytes(1_000_000)], TAGS)] * 4)
            assert ids
            spool.delete(ids)
        assert path.stat().st_size < 3 * 4_000_000
        spool.delete(spool.put_many([([bytes(1_000_000)], TAGS)] * 20) or [])
        spool.delete([1])
        assert path.stat().st_size < 100_000


def image(path: Path, directory: Path) -> Path:
    """Copy the files as a SIGKILL leaves them."""
    copy = directory / path.name
    for file in (path, path.with_name(f"{path.name}-wal")):
        if file.exists():
            shutil.copy(file, directory / file.name)
    return copy


def bodies(path: Path) -> list[bytes]:
    with closing(Spool(str(path), PLENTY)) as spool:
        rows = spool.take(0, PLENTY)
        assert (len(rows), sum(row.size for row in rows)) == (spool.count, spool.bytes_used)
        return [row.body for row in rows]


def test_every_put_that_returned_is_there_after_a_kill(path: Path) -> None:
    """Ten times, at random moments; the next process goes on where the killed one stopped."""
    chance = random.Random(4)
    told = 0
    for _ in range(10):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            for _ in range(chance.randrange(1, 40)):
                told = int(writer.stdout.readline())
            writer.kill()
            told = max([told, *(int(line) for line in writer.stdout.read().split("\n")[:-1])])
        found = [body.partition(b"\n")[0] for body in bodies(path)]
        assert [b"%d" % number for number in range(1, len(found) + 1)] == found
        assert len(found) in {told, told + 2}


def test_a_torn_end_of_the_log_leaves_what_was_before_it(path: Path, tmp_path: Path) -> None:
    """Cut anywhere, and with any byte of the last write spoilt: no error, and the first rows in their order."""
    expected = [b"%d" % number for number in range(30)]
    ends = []
    with closing(Spool(str(path), PLENTY)) as spool:
        for body in expected:
            spool.put([body], TAGS)
            ends.append(path.with_name("spool.sqlite-wal").stat().st_size)
        (tmp_path / "image").mkdir()
        whole = image(path, tmp_path / "image")
    assert len(set(ends)) == len(ends), "nothing was written back yet"
    chance = random.Random(4)
    for cut in [0, 1, ends[0], ends[-1] - 1, *(chance.randrange(ends[-1]) for _ in range(40))]:
        with tempfile.TemporaryDirectory(dir=tmp_path) as directory:
            torn = image(whole, Path(directory))
            os.truncate(f"{torn}-wal", cut)
            kept = sum(end <= cut for end in ends)
            assert expected[:kept] == bodies(torn)
    for spoilt in (chance.randrange(ends[-2], ends[-1]) for _ in range(20)):
        with tempfile.TemporaryDirectory(dir=tmp_path) as directory:
            torn = image(whole, Path(directory))
            with Path(f"{torn}-wal").open("r+b") as log:
                log.seek(spoilt)
                (byte,) = log.read(1)
                log.seek(spoilt)
                log.write(bytes([byte ^ 0xFF]))
            assert bodies(torn) in (expected[:-1], expected)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 12 MiB."""
    directory = tmp_path / "disk"
    directory.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(directory)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount on PATH")
    if done.returncode:
        pytest.skip(f"mounting a small disk needs root: {done.stderr.strip()}")
    try:
        yield directory
    finally:
        subprocess.run(["umount", str(directory)], check=True)


def fill(directory: Path) -> Path:
    """Take all the room there is, as another program would."""
    hog = directory / "hog"
    with suppress(OSError), hog.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return hog


@pytest.mark.parametrize(("bound", "others"), [(8 * 2**20, 4_000_000), (32 * 2**20, 1)])
@pytest.mark.parametrize("size", [10_000, 60_000, 1_000_000])
def test_a_disk_that_the_spool_has_filled(small_disk: Path, size: int, bound: int, others: int) -> None:
    """It keeps what is there, can be emptied row by row, and is then as good as new, however small disk and bound are."""
    path = small_disk / "spool.sqlite"
    with (small_disk / "other").open("wb") as other:
        os.posix_fallocate(other.fileno(), 0, others)
    with closing(Spool(str(path), bound)) as spool:
        for _ in range(2):
            stored = []
            while number := spool.put([bytes(size)], TAGS):
                stored.append(number)
            assert f"{path} (spool.path): expected the spool, got a full disk - make room" == spool.refusal
            assert stored
            for number in stored:
                (first, *_) = spool.take(0, 1)
                assert (number, True) == (first.id, spool.delete([number]))
            assert 0 == spool.count


def test_events_put_one_by_one_fill_the_disk_with_rows_and_not_with_the_log(small_disk: Path) -> None:
    """Each put writes whole pages to the log, ten times the event: what fills the disk is put into its place."""
    room = 2**20
    with closing(Spool(str(small_disk / "spool.sqlite"), 32 * 2**20)) as spool:
        taken = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize - room
        with (small_disk / "other").open("wb") as other:
            os.posix_fallocate(other.fileno(), 0, taken)
        for _ in range(2):
            stored = list(iter(lambda: spool.put([bytes(1_200)], TAGS), None))
            assert len(stored) * 1_200 > room // 2
            assert spool.delete(stored)


def test_a_disk_that_others_have_filled(small_disk: Path) -> None:
    """Nothing is put, something can be deleted, and it goes on once there is room."""
    path = small_disk / "spool.sqlite"
    with closing(Spool(str(path), 2**20)) as spool:
        assert [1, 2, 3] == spool.put_many([([b"one"], TAGS), ([b"two"], TAGS), ([bytes(100_000)], TAGS)])
        hog = fill(small_disk)
        assert None is spool.put([bytes(200_000)], TAGS)
        assert spool.delete([1])
        assert None is spool.put([bytes(200_000)], TAGS), "the reserve is for deleting"
        hog.unlink()
        assert 4 == spool.put([b"after"], TAGS)
    assert [b"two", bytes(100_000), b"after"] == bodies(path)


def test_a_full_disk_after_a_restart(small_disk: Path) -> None:
    """What is there can be taken and deleted."""
    path = small_disk / "spool.sqlite"
    with closing(Spool(str(path), 2**20)) as spool:
        spool.put([b"before"], TAGS)
    fill(small_disk)
    with closing(Spool(str(path), 2**20)) as spool:
        assert [b"before"] == [row.body for row in spool.take(0, PLENTY)]
        assert (True, 0) == (spool.delete([1]), spool.count)


def test_a_disk_that_is_full_at_the_first_start(small_disk: Path) -> None:
    fill(small_disk)
    path = small_disk / "spool.sqlite"
    with pytest.raises(ConfigError) as caught:
        Spool(str(path), PLENTY)
    assert f"{path} (spool.path): expected the spool, got a full disk - make room" == str(caught.value)


def test_a_quota_that_is_used_up_stores_nothing(path: Path) -> None:
    """A bound on the size of files, as a quota, is no full disk to SQLite, and none to the spool either."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    with closing(Spool(str(path), 2**20)) as spool:
        spool.put([b"before"], TAGS)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, most))
        try:
            refused = spool.put([bytes(1_000_000)], TAGS), spool.refusal
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        got = "expected the spool, got a disk that fails, or a quota that is used up - check the disk"
        assert (None, f"{path} (spool.path): {got}") == refused
        assert 2 == spool.put([b"after"], TAGS)
    assert [b"before", b"after"] == bodies(path)


Lines = st.lists(st.binary(max_size=300).map(lambda data: data.replace(b"\n", b"")), max_size=4)
Puts = st.tuples(Lines, st.sampled_from([(), ("one",), TAGS]))


class SpoolIsAList(RuleBasedStateMachine):
    """Whatever is done to it, and however it ends, the spool holds what a list would."""

    @initialize()
    def start(self) -> None:
        self.directory = Path(tempfile.mkdtemp())
        self.path = self.directory / "spool.sqlite"
        self.spool = Spool(str(self.path), BOUND)
        self.last = 0
        self.rows: list[Row] = []

    @rule(put=Puts)
    def put(self, put: tuple[list[bytes], Tags]) -> None:
        found = self.spool.put(*put)
        self.expect([put], None if found is None else [found])

    @rule(puts=st.lists(Puts, max_size=4))
    def put_many(self, puts: list[tuple[list[bytes], Tags]]) -> None:
        self.expect(puts, self.spool.put_many(puts))

    def expect(self, puts: list[tuple[list[bytes], Tags]], ids: list[int] | None) -> None:
        used = sum(row.size for row in self.rows)
        sizes = [sum(map(len, lines)) + len(lines) for lines, _ in puts]
        if used + sum(sizes) > BOUND:
            assert ids is None
            return
        assert list(range(self.last + 1, self.last + 1 + len(puts))) == ids
        for (lines, tags), size in zip(puts, sizes, strict=True):
            self.last += 1
            self.rows.append(Row(self.last, tags, b"\n".join(lines), len(lines), size))

    @rule(after=st.integers(0, 40), most=st.integers(1, 2_000))
    def take(self, after: int, most: int) -> None:
        expected = [row for row in self.rows if row.id > after]
        count = next((n for n in range(len(expected)) if sum(x.size for x in expected[: n + 1]) > most), len(expected))
        assert expected[: max(count, 1)] == self.spool.take(after, most)

    @rule(chance=st.randoms(use_true_random=False))
    def delete(self, chance: random.Random) -> None:
        gone = {row.id for row in self.rows if chance.random() < 0.5}
        assert self.spool.delete(sorted(gone))
        self.rows = [row for row in self.rows if row.id not in gone]

    @rule()
    def reopen(self) -> None:
        self.spool.close()
        self.spool = Spool(str(self.path), BOUND)

    @rule()
    def crash(self) -> None:
        """Go on with the files as a SIGKILL leaves them."""
        copies = Path(tempfile.mkdtemp(dir=self.directory))
        self.path = image(self.path, copies)
        self.spool.close()
        self.spool = Spool(str(self.path), BOUND)

    @invariant()
    def holds_the_same(self) -> None:
        assert self.rows == self.spool.take(0, PLENTY)
        assert (len(self.rows), sum(row.size for row in self.rows)) == (self.spool.count, self.spool.bytes_used)

    def teardown(self) -> None:
        self.spool.close()
        shutil.rmtree(self.directory)


TestSpoolIsAList = SpoolIsAList.TestCase
TestSpoolIsAList.settings = settings(
    max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
