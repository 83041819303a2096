"""The page about releases and distributions."""

from pathlib import Path

import pytest

from audit.document import DocumentError
from generator.distributions import rows
from generator.distributions_page import page
from generator.flags import SINCE
from generator.load import load
from generator.versions import API_VERSIONS, KUBEADM


def test_everything_in_the_tables_is_on_the_page() -> None:
    text = page()
    lines = text.splitlines()
    for name, row in rows():
        if not row.managed:
            assert [
                line for line in lines if line.startswith(f"| `{name}` | {row.first} to {row.last} | `{row.policy}` |")
            ]
    assert set(API_VERSIONS) <= {line.split(" ")[1] for line in lines if line.startswith("| ")}
    assert [flag for flag in SINCE if f"| `--{flag}` | {SINCE[flag]} |" not in lines] == []
    assert [name for name, first, last in KUBEADM if f"| `{name}` | {first} to {last} |" not in lines] == []


def test_the_refusal_on_the_page_is_the_one_that_is_told(tmp_path: Path) -> None:
    file = tmp_path / "prod.yaml"
    file.write_text("---\ncluster:\n  distribution: talos\n  version: '1.23'\n")
    with pytest.raises(DocumentError) as caught:
        load([file])
    assert str(caught.value).rpartition("/prod.yaml:")[2].partition(": ")[2] in page()


def test_every_table_has_as_many_columns_as_its_head() -> None:
    width = 0
    for line in page().splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        width = width or line.count("|")
        assert width == line.count("|"), line
