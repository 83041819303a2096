"""A folder that holds exactly what was rendered, and nothing of anybody else's is touched."""

from pathlib import Path

import pytest

from generator.errors import OutputError
from generator.write import LIST, diff, drift, write


def test_files_are_written_and_listed(tmp_path: Path) -> None:
    assert write({"a/b.yaml": "x\n", "c": "y\n"}, tmp_path / "new") == ["a/b.yaml", "c"]
    assert (tmp_path / "new" / "a" / "b.yaml").read_text() == "x\n"
    assert (tmp_path / "new" / LIST).read_text() == "a/b.yaml\nc\n"


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    write({"a": "x\n"}, tmp_path)
    assert write({"a": "x\n"}, tmp_path) == []
    assert drift({"a": "x\n"}, tmp_path) == []


def test_what_is_no_longer_rendered_goes_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    write({"a": "x\n", "b": "y\n"}, tmp_path)
    (tmp_path / "mine").write_text("z\n")
    assert write({"a": "x\n"}, tmp_path) == ["b"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [LIST, "a", "mine"]


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
    (folder / LIST).write_text(f"../outside\n{outside}\n")
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
