"""A folder that holds exactly what was rendered, and nothing of anybody else's is touched."""

import subprocess
from pathlib import Path

import pytest

from generator.errors import OutputError
from generator.write import RECORD, diff, differing, generator_version, held, write, written_by


def test_files_are_written_and_listed(tmp_path: Path) -> None:
    assert write({"a/b.yaml": "x\n", "c": "y\n"}, tmp_path / "new") == ["a/b.yaml", "c"]
    assert (tmp_path / "new" / "a" / "b.yaml").read_text() == "x\n"
    first, *entries = (tmp_path / "new" / RECORD).read_text().splitlines()
    assert f"# audit-generator {generator_version()}" == first
    assert ["a/b.yaml", "c"] == [entry.partition("  ")[2] for entry in entries]


def test_the_record_is_what_sha256sum_checks(tmp_path: Path) -> None:
    write({"a/b.yaml": "x\n", "c": "y\n"}, tmp_path)
    done = subprocess.run(["sha256sum", "--check", RECORD], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (0, "a/b.yaml: OK\nc: OK\n", "") == (done.returncode, done.stdout, done.stderr)


def test_what_is_held_and_by_whom_is_known(tmp_path: Path) -> None:
    assert ({}, None) == (held(tmp_path), written_by(tmp_path))
    write({"a": "x\n", "b": "y\n"}, tmp_path)
    (tmp_path / "b").unlink()
    (tmp_path / "mine").write_text("z\n")
    assert ({"a": "x\n"}, generator_version()) == (held(tmp_path), written_by(tmp_path))


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    write({"a": "x\n"}, tmp_path)
    assert write({"a": "x\n"}, tmp_path) == []
    assert differing({"a": "x\n"}, tmp_path) == {}


def test_what_is_no_longer_rendered_goes_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    write({"a": "x\n", "b": "y\n"}, tmp_path)
    (tmp_path / "mine").write_text("z\n")
    assert write({"a": "x\n"}, tmp_path) == ["b"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [RECORD, "a", "mine"]


def test_a_file_of_somebody_elses_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine\n")
    with pytest.raises(OutputError) as caught:
        write({"a": "x\n", "b": "y\n"}, tmp_path)
    assert str(caught.value) == f"{tmp_path / 'a'}: exists and was not written by audit-generator - move it away"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_list_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine\n")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / RECORD).write_text(f"../outside\n{outside}\n")
    write({}, folder)
    assert outside.read_text() == "mine\n"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError) as caught:
        write({"a": "x\n"}, tmp_path / "file")
    assert str(caught.value) == f"{tmp_path / 'file'}: file exists - choose another folder"


def test_the_diff_goes_from_the_folder_to_what_would_be_rendered(tmp_path: Path) -> None:
    write({"a": "old\n", "gone": "x\n"}, tmp_path)
    assert diff({"a": "new\n"}, tmp_path).splitlines() == [
        f"--- {tmp_path / 'a'}",
        "+++ rendered a",
        "@@ -1 +1 @@",
        "-old",
        "+new",
        f"--- {tmp_path / 'gone'}",
        "+++ rendered gone",
        "@@ -1 +0,0 @@",
        "-x",
    ]


def test_each_file_that_differs_says_how(tmp_path: Path) -> None:
    write(dict.fromkeys("abcde", "old\n"), tmp_path)
    (tmp_path / "b").write_text("mine\n")
    (tmp_path / "c").unlink()
    found = differing({"a": "new\n", "b": "new\n", "c": "old\n", "d": "old\n"}, tmp_path)
    assert {"a": "out of date", "b": "changed by hand", "c": "missing", "e": "left over"} == found


def test_a_token_that_somebody_wrote_into_the_folder_is_not_shown(tmp_path: Path) -> None:
    write({"a": "x\n"}, tmp_path)
    (tmp_path / "a").write_text("token: 11111111-2222-4333-8444-555555555555\n")
    shown = diff({"a": "x\n"}, tmp_path)
    assert "-token: (hidden)" in shown.splitlines()
