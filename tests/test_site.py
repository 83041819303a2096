"""The site of docs/: every page is in its navigation, and what pages quote from the bridge's log is what it writes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from audit.builtin import builtin
from generator.distributions import NAMES

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


def losses(page: str, table: str) -> dict[str, list[int]]:
    """Return how many events each sender lost in each fault of a table of docs/delivery.md."""
    text = page.partition(f"<!-- {table}:begin -->")[2].partition(f"<!-- {table}:end -->")[0]
    head, _, *rows = ([cell.strip() for cell in row.split("|")[1:-1]] for row in text.strip().splitlines())
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(int(row[head.index("lost")].replace(",", "")))
    return found


@pytest.fixture(scope="module")
def written() -> str:
    """Return every text in the bridge's code, one a line."""
    modules = (path.read_text("utf-8") for path in sorted((ROOT / "bridge").glob("*.py")))
    return "\n".join(text for module in modules for text in texts(ast.parse(module)))


def test_every_page_is_in_the_navigation_once() -> None:
    listed = sorted(pages(yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]))
    assert sorted(path.name for path in (ROOT / "docs").glob("*.md")) == listed


def test_the_first_page_leads_to_every_other() -> None:
    led = set(re.findall(r"\]\((\w[\w-]*\.md)", (ROOT / "docs" / "index.md").read_text("utf-8")))
    assert {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"} == led


def test_the_readme_says_of_losses_what_was_measured() -> None:
    page = (ROOT / "docs" / "delivery.md").read_text("utf-8")
    ours, others = (losses(page, name) for name in ("faults", "others"))
    counted = {sender: sum(1 for lost in found if lost) for sender, found in {**ours, **others}.items()}
    assert [0, 0, 0] == [counted[sender] for sender in ("our client", "Fluentd", "Fluent Bit")]
    said = (
        f"in {len(ours['Fluentd'])} faults of Loggly, network and bridge; of {len(others['syslog-ng http'])} of these "
        f"syslog-ng loses events in {counted['syslog-ng http']}, Fluent Bit's http in {counted['Fluent Bit http']}, "
        f"Fluentd's out_http in {counted['Fluentd out_http']} |"
    )
    assert said in (ROOT / "README.md").read_text("utf-8")


def test_what_pages_say_of_the_preset_was_measured() -> None:
    noise = (ROOT / "docs" / "noise.md").read_text("utf-8")
    part = re.findall(r"^\| `recommended` \| [\d,]+ \| (\d+)% \|", noise, re.MULTILINE)
    for page in (ROOT / "README.md", ROOT / "docs" / "quiet.md"):
        assert part == re.findall(r"(\d+) % of the events of", page.read_text("utf-8")), page.name


def test_the_readme_counts_rules_and_distributions() -> None:
    page = (ROOT / "README.md").read_text("utf-8")
    assert f"[{len(builtin().pack.told())} detection rules]" in page
    assert 8 == len(set(NAMES) - {"eks", "gke", "aks"})
    assert "eight distributions, EKS, AKS, GKE" in page


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
