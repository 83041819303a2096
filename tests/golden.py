"""Kept output: `python -m tests.golden` exits 1 where values/ renders to something else than tests/golden/ holds.

`--write` (make golden) makes it hold what is rendered now; read the diff before you commit it. docs/values.md is kept
in the same way.
"""

import difflib
import sys
from pathlib import Path

from generator.load import load
from generator.reference import reference
from generator.render import render
from generator.write import diff, write

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
REFERENCE = ROOT / "docs" / "values.md"


def environments() -> dict[str, dict[str, str]]:
    """Return what every values file renders to, by environment."""
    return {path.stem: render(load([path])) for path in sorted((ROOT / "values").glob("*.yaml"))}


def difference() -> str:
    """Return the unified diff from what is kept to what is rendered; empty where they agree."""
    kept = REFERENCE.read_text(encoding="utf-8") if REFERENCE.exists() else ""
    lines = kept.splitlines(keepends=True), reference().splitlines(keepends=True)
    page = "".join(difflib.unified_diff(*lines, str(REFERENCE), "from the model"))
    return page + "".join(diff(files, GOLDEN / name) for name, files in environments().items())


def main(arguments: list[str]) -> int:
    if arguments == ["--write"]:
        REFERENCE.write_text(reference(), encoding="utf-8")
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
