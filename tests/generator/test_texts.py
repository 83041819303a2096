"""Files that people name: their text, or a sentence."""

from functools import partial
from pathlib import Path

import pytest

from audit.document import DocumentError, layered, read, setting
from generator.texts import file_text, gathered, named_text


def test_a_file_is_its_text(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("ä\n", "utf-8")
    assert "ä\n" == file_text(tmp_path / "a")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nowhere", "expected a file that can be read, got no such file or directory - check the path"),
        (".", "expected a file that can be read, got a directory - check the path"),
        ("a\0b", "expected a file that can be read, got a name that no file has - check the path"),
        ("x" * 300, "expected a file that can be read, got file name too long - check the path"),
        ("binary", "expected UTF-8 text, got byte 1 that is none - save it as UTF-8"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "binary").write_bytes(b"a\xff")
    with pytest.raises(DocumentError) as caught:
        file_text(tmp_path / name)
    assert f"{tmp_path / name}: {sentence}" == str(caught.value)


def test_a_named_file_lies_beside_the_values_that_name_it(tmp_path: Path) -> None:
    (tmp_path / "own.yml").write_text("x\n")
    document = read("rules: [own.yml]\n", str(tmp_path / "values.yaml"))
    assert (str(tmp_path / "own.yml"), "x\n") == named_text(document, ("rules", 0), "own.yml")


def test_the_error_about_a_named_file_stands_where_it_is_named(tmp_path: Path) -> None:
    document = layered(read("rules:\n- own.yml\n", str(tmp_path / "values.yaml")), setting("policy=no.yaml"))
    with pytest.raises(DocumentError) as caught:
        gathered(
            [
                partial(named_text, document, ("rules", 0), "own.yml"),
                partial(named_text, document, ("policy",), "no.yaml"),
            ]
        )
    assert [
        (
            f"{tmp_path}/values.yaml:2: rules[0]: expected a file that can be read, got 'own.yml': no such file or directory - "
            f"a path is relative to the folder of {tmp_path}/values.yaml"
        ),
        (
            "--set: policy: expected a file that can be read, got 'no.yaml': no such file or directory - "
            "a path is relative to the working directory"
        ),
    ] == str(caught.value).splitlines()


def test_what_can_be_read_is_returned_in_order() -> None:
    assert [1, 2] == gathered([lambda: 1, lambda: 2])
