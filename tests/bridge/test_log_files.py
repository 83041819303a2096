"""Logs are read whatever they are packed in, and what cannot be read is said in one sentence."""

import gzip
import io
from pathlib import Path

import pytest

from bridge.errors import ConfigError
from bridge.log_files import grows, lines, refuse


def test_plain_and_gzip_read_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"one\ntwo\r\n\nthree")
    (tmp_path / "a.log.gz").write_bytes(gzip.compress(b"one\ntwo\r\n") + gzip.compress(b"\nthree"))
    assert [b"one", b"two", b"", b"three"] == list(lines(str(tmp_path / "a.log")))
    assert [b"one", b"two", b"", b"three"] == list(lines(str(tmp_path / "a.log.gz")))


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"one\ntwo")))
    assert [b"one", b"two"] == list(lines("-"))


def test_every_file_that_cannot_be_opened_is_named_once(tmp_path: Path) -> None:
    there = tmp_path / "a.log"
    there.touch()
    with pytest.raises(ConfigError) as error:
        refuse([str(there), f"{tmp_path}/none", str(tmp_path), f"{there}/x", f"{tmp_path}/none"])
    assert [
        f"{tmp_path}/none: expected a log file, got none - check the name",
        f"{tmp_path}: expected a log file, got a directory - name the files in it",
        f"{there}/x: expected a log file, got not a directory - check the file",
    ] == str(error.value).splitlines()


def test_files_that_can_be_read_are_fine(tmp_path: Path) -> None:
    (tmp_path / "a.log").touch()
    refuse([str(tmp_path / "a.log")])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"plain text\n", "expected gzip, got something else - leave .gz out of its name if it is text"),
        (
            gzip.compress(b"one\n" * 1_000)[:-10],
            "expected gzip to its end, got a file that is cut off or damaged - copy it again",
        ),
        (
            gzip.compress(b"one\n")[:10] + b"\xff" * 30,
            "expected gzip to its end, got a file that is cut off or damaged - copy it again",
        ),
    ],
    ids=["text", "cut off", "damaged"],
)
def test_what_is_not_gzip_to_its_end_is_said(tmp_path: Path, data: bytes, sentence: str) -> None:
    path = tmp_path / "a.log.gz"
    path.write_bytes(data)
    with pytest.raises(ConfigError) as error:
        list(lines(str(path)))
    assert f"{path}: {sentence}" == str(error.value)


def test_what_may_grow() -> None:
    assert [True, False, False] == [grows(file) for file in ("audit.log", "audit.log.gz", "-")]
