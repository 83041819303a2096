import gzip
import io
import sys
from pathlib import Path

import pytest

from generator.errors import GeneratorError
from generator.log_files import lines

TEXT = b'{"a": 1}\r\n{"b": 2}\n\n{"c": 3}'
LINES = [b'{"a": 1}', b'{"b": 2}', b"", b'{"c": 3}']


def refusal(path: Path) -> str:
    with pytest.raises(GeneratorError) as refused:
        list(lines(str(path)))
    return str(refused.value)


def test_a_plain_log(tmp_path: Path) -> None:
    (tmp_path / "audit.log").write_bytes(TEXT)
    assert LINES == list(lines(str(tmp_path / "audit.log")))


def test_a_log_in_gzip_whatever_its_name(tmp_path: Path) -> None:
    """Rotated logs are in several members, where they were appended."""
    (tmp_path / "audit.log").write_bytes(gzip.compress(TEXT[:10]) + gzip.compress(TEXT[10:]))
    assert LINES == list(lines(str(tmp_path / "audit.log")))


@pytest.mark.parametrize("data", [TEXT, gzip.compress(TEXT)], ids=["plain", "gzip"])
def test_standard_input(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert LINES == list(lines("-"))


def test_an_empty_log(tmp_path: Path) -> None:
    (tmp_path / "audit.log").write_bytes(b"")
    assert [] == list(lines(str(tmp_path / "audit.log")))


def test_a_name_that_is_wrong(tmp_path: Path) -> None:
    assert f"{tmp_path}/none: expected a log file, got none - check the name" == refusal(tmp_path / "none")


def test_a_folder(tmp_path: Path) -> None:
    assert f"{tmp_path}: expected a log file, got a directory - name the files in it" == refusal(tmp_path)


@pytest.mark.parametrize("damage", [slice(0, 30), slice(0, -3)], ids=["in the middle", "at the end"])
def test_gzip_that_is_cut_off(tmp_path: Path, damage: slice) -> None:
    path = tmp_path / "audit.log.gz"
    path.write_bytes(gzip.compress(TEXT * 9)[damage])
    assert f"{path}: expected gzip to its end, got a file that is cut off or damaged - copy it again" == refusal(path)
