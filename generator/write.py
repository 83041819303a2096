"""A folder that holds exactly what was rendered, and nothing of anybody else's is touched.

A record of what was written stands in the folder, in the form of `sha256sum --check`. The next run removes what is in the
record and no longer rendered, refuses to overwrite a file that is not in it, and can tell what was changed by hand.
"""

import difflib
import hashlib
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from audit.problems import masked
from generator.errors import OutputError

RECORD = ".audit-generator"
"""The record: `SHA-256  PATH` a line, the path relative to the folder, after a line that names the generator."""

_HEAD = "# audit-generator "
_ENTRY = re.compile(r"(?:([0-9a-f]{64})  )?(.+)")


def write(files: dict[str, str], folder: Path) -> list[str]:
    """Make the folder hold the files; return what was written, changed or removed. Raises `OutputError`."""
    owned = _recorded(folder)
    changed = list(differing(files, folder))
    for path in changed:
        if path in files and path not in owned and (folder / path).exists():
            raise OutputError(f"{folder / path}: exists and was not written by audit-generator - move it away")
    try:
        for path in changed:
            _put(folder / path, files.get(path))
        _put(folder / RECORD, _record(files))
    except OSError as error:
        raise OutputError(f"{error.filename}: {(error.strerror or 'error').lower()} - choose another folder") from error
    return changed


def differing(files: dict[str, str], folder: Path) -> dict[str, str]:
    """Return how each file differs from what would be rendered, by path, sorted.

    `missing`; `changed by hand` since it was written; `out of date`: other values, or another generator; `left over`: written
    once and no longer rendered.
    """
    owned = _recorded(folder)
    found = {path: "left over" for path in owned.keys() - files.keys() if (folder / path).exists()}
    for path, text in files.items():
        held = _read(folder / path)
        if held is None:
            found[path] = "missing"
        elif held != text:
            by_hand = owned.get(path, "") != _digest(held)
            found[path] = "changed by hand" if by_hand else "out of date"
    return dict(sorted(found.items()))


def diff(files: dict[str, str], folder: Path) -> str:
    """Return a unified diff from the folder to what would be rendered; what looks like a token is hidden."""
    lines: list[str] = []
    for path in differing(files, folder):
        before = (_read(folder / path) or "").splitlines(keepends=True)
        after = files.get(path, "").splitlines(keepends=True)
        lines += difflib.unified_diff(before, after, str(folder / path), f"rendered {path}")
    return masked("".join(lines))


def held(folder: Path) -> dict[str, str]:
    """Return the texts of what was written and is still there, by path: what a cluster has that the folder was applied to."""
    texts = ((path, _read(folder / path)) for path in _recorded(folder))
    return {path: text for path, text in texts if text is not None}


def written_by(folder: Path) -> str | None:
    """Return the version of the generator that wrote the folder; None where none did."""
    first = (_read(folder / RECORD) or "").partition("\n")[0]
    return first.removeprefix(_HEAD) if first.startswith(_HEAD) else None


def generator_version() -> str:
    """Return the version of this generator."""
    return version("kube-audit-bridge")


def _record(files: dict[str, str]) -> str:
    entries = (f"{_digest(text)}  {path}\n" for path, text in files.items())
    return f"{_HEAD}{generator_version()}\n" + "".join(entries)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _recorded(folder: Path) -> dict[str, str]:
    """Return the digests of the recorded paths; one that leads out of the folder is nobody's to touch."""
    return {path: digest for digest, path in _entries(_read(folder / RECORD) or "")}


def _entries(record: str) -> Iterator[tuple[str, str]]:
    for line in record.splitlines():
        entry = _ENTRY.fullmatch(line)
        if entry and not line.startswith("#") and not entry[2].startswith("/") and ".." not in Path(entry[2]).parts:
            yield entry[1] or "", entry[2]


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _put(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
