"""The site of docs/: every page is in its navigation, and what pages quote from the bridge's log is what it writes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[\d.]*[a-z]")


def pages(nav: object) -> Iterator[str]:
    match nav:
        case str(page):
            yield page
        case list(entries):
            for entry in entries:
                yield from pages(entry)
        case dict(entries):
            for entry in entries.values():
                yield from pages(entry)


def texts(tree: ast.AST) -> Iterator[str]:
    """Give each text of a module, with `...` for what is filled in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "..." for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield PLACEHOLDER.sub("...", node.value)


@pytest.fixture(scope="module")
def written() -> str:
    """Return every text in the bridge's code, one a line."""
    modules = (path.read_text("utf-8") for path in sorted((ROOT / "bridge").glob("*.py")))
    return "\n".join(text for module in modules for text in texts(ast.parse(module)))


def test_every_page_is_in_the_navigation_once() -> None:
    listed = sorted(pages(yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]))
    assert sorted(path.name for path in (ROOT / "docs").glob("*.md")) == listed


def test_the_lines_that_troubleshooting_quotes_are_written(written: str) -> None:
    """A quote is found piece by piece: one field may be filled with a sentence that is made elsewhere."""
    page = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
    quotes = [quote for cell in re.findall(r"log: ([^|]*)\|", page) for quote in re.findall(r"`([^`]+)`", cell)]
    assert 15 < len(quotes)
    pieces = [piece.strip(" .:") for quote in quotes for piece in quote.split("...")]
    assert [] == [piece for piece in pieces if piece not in written]


def test_the_series_that_troubleshooting_names_are_those_of_the_metrics_page() -> None:
    named = set(re.findall(r"`(audit_bridge_\w+)", (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")))
    assert set() == named - set(re.findall(r"`(audit_bridge_\w+)", (ROOT / "docs" / "metrics.md").read_text("utf-8")))
