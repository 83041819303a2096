"""Files are read from any offset on, of what is in them."""

import errno
import gzip
import os
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.log_source import UNREADABLE, Compressed, Plain, Source, beginning, opened
from bridge.rotation import Seen

DATA = bytes(range(256)) * 40


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("files")
    (folder / "plain").write_bytes(DATA)
    (folder / "compressed.gz").write_bytes(gzip.compress(DATA))
    return str(folder / "plain"), str(folder / "compressed.gz")


@given(reads=st.lists(st.tuples(st.integers(0, len(DATA) + 10), st.integers(1, 3_000)), max_size=5))
def test_any_reads_give_what_is_there(files: tuple[str, str], reads: list[tuple[int, int]]) -> None:
    sources: list[Source] = [Plain(files[0]), Compressed(files[1])]
    for source in sources:
        with closing(source):
            assert [DATA[at : at + size] for at, size in reads] == [source.read(at, size) for at, size in reads]


@given(reads=st.lists(st.tuples(st.integers(0, len(DATA) + 10), st.integers(1, 3_000)), max_size=5))
def test_what_is_at_hand_is_what_is_there(files: tuple[str, str], reads: list[tuple[int, int]]) -> None:
    """Some file systems do not tell: then nothing is at hand, as nothing is that must be decompressed first."""
    with closing(Plain(files[0])) as plain, closing(Compressed(files[1])) as compressed:
        for at, size in reads:
            assert plain.at_hand(at, size) in (b"", DATA[at : at + size])
            assert b"" == compressed.at_hand(at, size)


@pytest.mark.parametrize(
    "problem", [BlockingIOError(errno.EAGAIN, ""), OSError(errno.EOPNOTSUPP, ""), AttributeError()]
)
def test_nothing_is_at_hand_where_it_cannot_be_told(
    files: tuple[str, str], monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    def refused(*_: object) -> int:
        raise problem

    monkeypatch.setattr(os, "preadv", refused)
    with closing(Plain(files[0])) as plain:
        assert b"" == plain.at_hand(0, 10)


def seen(path: Path, stamp: str = "") -> Seen:
    status = path.stat()
    return Seen(str(path), status.st_dev, status.st_ino, status.st_size, stamp)


def test_a_compressed_file_is_complete_and_a_plain_one_may_grow(files: tuple[str, str]) -> None:
    with closing(opened(seen(Path(files[0])))) as plain, closing(opened(seen(Path(files[1]), "a"))) as compressed:
        assert (False, True) == (plain.complete, compressed.complete)
        assert seen(Path(files[1])).identity == compressed.identity


@pytest.mark.parametrize("data", [b"no gzip", gzip.compress(DATA)[:-20], gzip.compress(DATA)[:200] + b"x" * 40])
def test_damaged_gzip_is_one_of_the_unreadable(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.gz").write_bytes(data)
    with closing(Compressed(str(tmp_path / "a.gz"))) as source, pytest.raises(UNREADABLE):
        source.read(0, len(DATA) + 1)


def test_the_beginning_of_what_is_gone_or_damaged_is_empty(tmp_path: Path, files: tuple[str, str]) -> None:
    (tmp_path / "a.gz").write_bytes(b"no gzip")
    damaged = seen(tmp_path / "a.gz", "a")
    gone = Seen(str(tmp_path / "gone"), 1, 1, 1)
    assert [b"", b"", DATA[:5]] == [beginning(file, 5) for file in (damaged, gone, seen(Path(files[1]), "a"))]
