"""The rules that are shipped: `rules/*.yml`, Sigma as any other, each of our own writing."""

from functools import cache
from importlib import resources

from audit.sigma import Read, read_rules


def files() -> list[tuple[str, str]]:
    """Return every file with its text, in the order of their names."""
    folder = resources.files("audit") / "rules"
    found = sorted(file.name for file in folder.iterdir() if file.name.endswith(".yml"))
    return [(name, (folder / name).read_text(encoding="utf-8")) for name in found]


@cache
def builtin() -> Read:
    """Return the shipped rules, read once."""
    return read_rules(files())
