"""Files that are secret, and never half written."""

import os
import stat
from pathlib import Path

import pytest

from generator import private_files
from generator.errors import OutputError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_secret_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    before = os.umask(0)
    try:
        private_files.write(folder, {"ca.key": b"1", "ca.crt": b"2", "jane.kubeconfig": b"3"})
    finally:
        os.umask(before)
    assert {"ca.key": 0o600, "ca.crt": 0o644, "jane.kubeconfig": 0o600} == {
        path.name: mode(path) for path in folder.iterdir()
    }
    assert 0o700 == mode(folder)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    private_files.write(tmp_path, {"a": b"1"})
    private_files.write(tmp_path, {"a": b"2", "b": b"3"})
    assert {"a": b"2", "b": b"3"} == private_files.read(tmp_path, ["a", "b", "c"])


def test_where_one_cannot_be_written_none_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"before")
    with pytest.raises(OutputError):
        private_files.write(tmp_path, {"a": b"after", "no/such/folder": b""})
    assert ["a"] == [path.name for path in tmp_path.iterdir()]
    assert b"before" == (tmp_path / "a").read_bytes()


def test_modes_are_tightened_and_told_of(tmp_path: Path) -> None:
    for name in ("a.key", "b.key", "c.crt"):
        (tmp_path / name).write_bytes(b"")
        (tmp_path / name).chmod(0o600 if name == "b.key" else 0o640)
    assert ["a.key"] == private_files.tighten(tmp_path, ["a.key", "b.key", "c.crt", "d.key"])
    assert 0o600 == mode(tmp_path / "a.key")


def test_what_is_no_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(OutputError) as refused:
        private_files.write(tmp_path / "a", {"b": b""})
    got = "file exists - check its owner and mode, or choose another folder"
    assert f"{tmp_path / 'a'}: expected a folder that can be written to, got: {got}" == str(refused.value)
    with pytest.raises(OutputError) as refused:
        private_files.read(tmp_path, ["."])
    assert "expected a file to read, got: is a directory" in str(refused.value)
