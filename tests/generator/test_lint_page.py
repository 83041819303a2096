"""The page about lint and the presets."""

from audit.lint_rules import LINT_RULES
from audit.presets import PRESETS
from generator.lint_page import page


def rows(heading: str) -> list[str]:
    section = page().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("|") and "---" not in line]


def test_every_finding_has_its_row() -> None:
    assert ["id", *LINT_RULES] == rows("Findings")


def test_every_preset_has_its_rows() -> None:
    names = [f"`{name}`" for name in PRESETS]
    assert ["preset", *names, "preset", *names] == rows("Presets")


def test_the_example_is_what_the_command_says() -> None:
    output = page().partition("```text\n")[2].partition("```")[0]
    assert ["KAP201:", "KAP203:", "KAP105:"] == [line.split()[2] for line in output.splitlines()[::2]]


def test_what_the_default_preset_promises_is_what_lint_finds() -> None:
    (row,) = [line for line in page().splitlines() if line.startswith("| `recommended` | ") and line.count("|") == 6]
    assert ["none", "none", "met"] == [cell.strip() for cell in row.split("|")[3:6]]
