"""The files that people name: their text, or a sentence that says why there is none.

A file that values name is looked for beside the values file that names it; one of `--set`, in the working directory.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from audit.document import SETTING, Document, DocumentError, Problem
from audit.problems import Path as Where
from audit.problems import shown

T = TypeVar("T")

READABLE = "a file that can be read"


def file_text(file: Path) -> str:
    """Return a file as text; raises `DocumentError` that says why it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        problem = Problem(str(file), None, "", "UTF-8 text", f"byte {error.start} that is none", "save it as UTF-8")
        raise DocumentError([problem]) from error
    except (OSError, ValueError) as error:
        raise DocumentError([Problem(str(file), None, "", READABLE, _why(error), "check the path")]) from error


def named_text(document: Document, path: Where, named: str) -> tuple[str, str]:
    """Return the name and the text of a file that values name; where it cannot be read, the error stands at that value."""
    source = document.place(path).name
    file = Path(source).parent / named
    try:
        return str(file), file_text(file)
    except DocumentError as error:
        [problem] = error.problems
        if problem.want != READABLE:
            raise
        beside = "the working directory" if source == SETTING else f"the folder of {source}"
        got = f"{shown(named)}: {problem.got}"
        raise DocumentError([document.problem(path, READABLE, got, f"a path is relative to {beside}")]) from error


def gathered(readers: Iterable[Callable[[], T]]) -> list[T]:
    """Call everything, so that what cannot be read is told of at once. Raises `DocumentError`."""
    found: list[T] = []
    problems: list[Problem] = []
    for reader in readers:
        try:
            found.append(reader())
        except DocumentError as error:
            problems += error.problems
    if problems:
        raise DocumentError(problems)
    return found


def _why(error: OSError | ValueError) -> str:
    """Return why a file cannot be read; a ValueError is about a name that no file can have."""
    if isinstance(error, IsADirectoryError):
        return "a directory"
    return (error.strerror or "an error").lower() if isinstance(error, OSError) else "a name that no file has"
