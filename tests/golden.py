"""Kept output: `python -m tests.golden` exits 1 where values/ renders to something else than tests/golden/ holds.

`--write` (make golden) makes it hold what is rendered now; read the diff before you commit it. The reference pages, the
schema of values and the alerts of the shipped rules are kept in the same way.
"""

import difflib
import sys
from pathlib import Path

import bridge.cli
import generator.cli
from generator.commands_page import page as commands_page
from generator.distributions_page import page as distributions_page
from generator.lint_page import page as lint_page
from generator.load import load
from generator.reference import configuration, reference
from generator.render import render
from generator.rules_page import page as rules_page
from generator.schema import schema_text
from generator.shipped_alerts import FILE as SHIPPED_ALERTS
from generator.shipped_alerts import text as shipped_alerts
from generator.write import diff, write

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"


def commands() -> str:
    """Return the reference of both programs' commands."""
    return commands_page({"audit-generator": generator.cli.cli, "audit-bridge": bridge.cli.commands})


PAGES = {
    ROOT / "docs" / "commands.md": commands,
    ROOT / "docs" / "values.md": reference,
    ROOT / "docs" / "configuration.md": configuration,
    ROOT / "docs" / "distributions.md": distributions_page,
    ROOT / "docs" / "lint.md": lint_page,
    ROOT / "docs" / "rules.md": rules_page,
    ROOT / "values" / "schema.json": schema_text,
    SHIPPED_ALERTS: shipped_alerts,
}


def environments() -> dict[str, dict[str, str]]:
    """Return what every values file renders to, by environment."""
    return {path.stem: render(load([path])) for path in sorted((ROOT / "values").glob("*.yaml"))}


def difference() -> str:
    """Return the unified diff from what is kept to what is rendered; empty where they agree."""
    pages = (page_difference(page, text()) for page, text in PAGES.items())
    return "".join([*pages, *(diff(files, GOLDEN / name) for name, files in environments().items())])


def page_difference(page: Path, text: str) -> str:
    """Return the unified diff from a page as it is kept to what the model gives."""
    kept = page.read_text(encoding="utf-8") if page.exists() else ""
    lines = kept.splitlines(keepends=True), text.splitlines(keepends=True)
    return "".join(difflib.unified_diff(*lines, str(page), "from the model"))


def main(arguments: list[str]) -> int:
    if arguments == ["--write"]:
        for page, text in PAGES.items():
            page.write_text(text(), encoding="utf-8")
        for name, files in environments().items():
            write(files, GOLDEN / name)
        return 0
    changed = difference()
    sys.stdout.write(changed)
    if changed:
        sys.stdout.write("Kept output differs: if that is meant, run `make golden`.\n")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
