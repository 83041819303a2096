"""Log files line by line: plain, rotated ones in gzip, and `-` for standard input; what cannot be read is one sentence."""

import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast

from bridge.errors import ConfigError

STDIN = "-"


def refuse(files: Iterable[str]) -> None:
    """Raise ConfigError, a sentence for each file that cannot be opened, before anything of the others is read."""
    problems: list[str] = []
    for file in dict.fromkeys(files):
        try:
            opened(file).close()
        except ConfigError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError("\n".join(problems))


def grows(file: str) -> bool:
    """Tell whether a file may be one that is being written."""
    return file != STDIN and not file.endswith(".gz")


def lines(file: str) -> Iterator[bytes]:
    """Yield every line without its newline; raises ConfigError, after what could be read, where the rest cannot."""
    if file == STDIN:
        yield from (line.rstrip(b"\r\n") for line in sys.stdin.buffer)
        return
    with opened(file) as log:
        try:
            yield from (line.rstrip(b"\r\n") for line in log)
        except gzip.BadGzipFile:
            raise ConfigError(
                f"{file}: expected gzip, got something else - leave .gz out of its name if it is text"
            ) from None
        except (EOFError, zlib.error):
            raise ConfigError(
                f"{file}: expected gzip to its end, got a file that is cut off or damaged - copy it again"
            ) from None
        except OSError as error:
            raise ConfigError(_sentence(file, error)) from None


def opened(file: str) -> IO[bytes]:
    """Open a log file for reading; raises ConfigError."""
    path = Path(file)
    try:
        return cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")
    except OSError as error:
        raise ConfigError(_sentence(file, error)) from None


def _sentence(file: str, error: OSError) -> str:
    got, cure = {
        FileNotFoundError: ("none", "check the name"),
        IsADirectoryError: ("a directory", "name the files in it"),
        PermissionError: ("one that this user may not read", "run it as the log's owner, mostly root"),
    }.get(type(error), ((error.strerror or str(error)).lower(), "check the file"))
    return f"{file}: expected a log file, got {got} - {cure}"
