"""Audit logs line by line: plain or in gzip, whatever their name, and `-` for standard input."""

import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import cast

from generator.errors import GeneratorError

STDIN = "-"
_GZIP = b"\x1f\x8b"


def lines(path: str) -> Iterator[bytes]:
    """Yield every line without its newline; raises GeneratorError, after what could be read, where the rest cannot."""
    name = "standard input" if path == STDIN else path
    try:
        with _opened(path) as log, _unpacked(log) as plain:
            yield from (line.rstrip(b"\r\n") for line in plain)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise GeneratorError(
            f"{name}: expected gzip to its end, got a file that is cut off or damaged - copy it again"
        ) from None
    except OSError as error:
        raise GeneratorError(_sentence(name, error)) from None


def _opened(path: str) -> BufferedReader:
    if path == STDIN:
        return BufferedReader(cast("RawIOBase", sys.stdin.buffer))
    return Path(path).open("rb")


def _unpacked(log: BufferedReader) -> AbstractContextManager[Iterable[bytes]]:
    return gzip.GzipFile(fileobj=log) if log.peek(2)[:2] == _GZIP else nullcontext(log)


def _sentence(name: str, error: OSError) -> str:
    got, cure = {
        FileNotFoundError: ("none", "check the name"),
        IsADirectoryError: ("a directory", "name the files in it"),
        PermissionError: ("one that this user may not read", "run it as the log's owner, mostly root"),
    }.get(type(error), ((error.strerror or str(error)).lower(), "check the file"))
    return f"{name}: expected a log file, got {got} - {cure}"
