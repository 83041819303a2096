"""docs/tutorial.md: what its transcripts say, what a run says in their place, and whether the two agree."""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path

from tests.support.pages import put

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "tutorial.md"
PICTURE = ROOT / "docs" / "images" / "tutorial.png"
_BLOCK = re.compile(r"<!-- ([\w-]+):begin -->\n(.*?)\n<!-- \1:end -->", re.DOTALL)


def kept(text: str) -> dict[str, str]:
    """Return the transcripts of a page, by name."""
    return dict(_BLOCK.findall(text))


def difference(run: Mapping[str, str], text: str) -> str:
    """Return the unified diff from a page to a run, of those sections that both have: which agent there is differs by machine."""
    page = kept(text)
    diffs = (
        difflib.unified_diff(
            page[name].splitlines(), said.splitlines(), f"{PAGE.name}, {name}", "this run", lineterm=""
        )
        for name, said in run.items()
        if name in page
    )
    return "\n".join(line for diff in diffs for line in diff)


def write(run: Mapping[str, str], page: Path = PAGE) -> None:
    """Put what a run said into the page."""
    for name, said in run.items():
        if f"<!-- {name}:begin -->" in page.read_text("utf-8"):
            put(page, name, said)
