"""Pages of docs/ that hold what a run has measured, between markers `<!-- NAME:begin -->` and `<!-- NAME:end -->`."""

import re
from pathlib import Path


def put(page: Path, name: str, text: str) -> None:
    """Put a text between a page's markers; ValueError where it has none."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    old = page.read_text("utf-8")
    if begin not in old or end not in old:
        raise ValueError(f"{page.name}: expected {begin} and {end}, got none - add both lines where the text belongs")
    new = re.sub(f"{begin}.*?{end}", lambda _: f"{begin}\n{text}\n{end}", old, flags=re.DOTALL)
    page.write_text(new, "utf-8")
