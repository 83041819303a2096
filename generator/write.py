"""A folder that holds exactly what was rendered, and nothing of anybody else's is touched.

A list of what was written stands in the folder. The next run removes what is on the list and no longer rendered, and
refuses to overwrite a file that is not on it.
"""

import difflib
from pathlib import Path

from generator.errors import OutputError

LIST = ".audit-generator"
"""The list of the files that we wrote, one path a line, relative to the folder."""


def write(files: dict[str, str], folder: Path) -> list[str]:
    """Make the folder hold the files; return what was written, changed or removed. Raises `OutputError`."""
    owned = _owned(folder)
    changed = drift(files, folder)
    for path in changed:
        if path in files and path not in owned and (folder / path).exists():
            raise OutputError(f"{folder / path}: exists and was not written by audit-generator - move it away")
    try:
        for path in changed:
            _put(folder / path, files.get(path))
        _put(folder / LIST, "".join(f"{path}\n" for path in files))
    except OSError as error:
        raise OutputError(f"{error.filename}: {(error.strerror or 'error').lower()} - choose another folder") from error
    return changed


def drift(files: dict[str, str], folder: Path) -> list[str]:
    """Return the paths that differ: missing, changed, or owned and no longer rendered; sorted."""
    stale = {path for path in _owned(folder) - set(files) if (folder / path).exists()}
    return sorted(stale | {path for path, text in files.items() if _read(folder / path) != text})


def diff(files: dict[str, str], folder: Path) -> str:
    """Return a unified diff from the folder to what would be rendered."""
    lines: list[str] = []
    for path in drift(files, folder):
        before = (_read(folder / path) or "").splitlines(keepends=True)
        after = files.get(path, "").splitlines(keepends=True)
        lines += difflib.unified_diff(before, after, str(folder / path), f"rendered {path}")
    return "".join(lines)


def _owned(folder: Path) -> set[str]:
    """Return the listed paths; one that leads out of the folder is nobody's to touch."""
    listed = (_read(folder / LIST) or "").splitlines()
    return {path for path in listed if path and not path.startswith("/") and ".." not in Path(path).parts}


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
