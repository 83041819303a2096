"""Small files of which some are secret: read from a folder, and written so that there is never half of one.

Everything is written beside its place and synced before the first takes its place, so that a full disk leaves what was there.
"""

import os
import secrets
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from generator.errors import OutputError

SECRET_MODE, PUBLIC_MODE, FOLDER_MODE = 0o600, 0o644, 0o700
SECRET_SUFFIXES = (".key", ".kubeconfig")
MOST_BYTES = 1_000_000  # of one file: what is larger is no certificate


def read(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    """Return the content of those files that are there. Raises `OutputError`."""
    found = {}
    for name in names:
        try:
            with (folder / name).open("rb") as file:
                found[name] = file.read(MOST_BYTES)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise _problem(folder / name, error, "a file to read") from None
    return found


def tighten(folder: Path, names: Iterable[str]) -> list[str]:
    """Take from others what they may do with secret files; return the names of those. Raises `OutputError`."""
    changed = []
    for name in names:
        path = folder / name
        try:
            if _is_secret(name) and path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
                path.chmod(SECRET_MODE)
                changed.append(name)
        except OSError as error:
            raise _problem(path, error, "a file whose mode can be changed") from None
    return changed


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write all files, secret ones for the owner alone; the folder is made where it is not there. Raises `OutputError`."""
    waiting: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
        for name, data in files.items():
            beside = folder / f".{name}.{secrets.token_hex(8)}"
            waiting.append((beside, folder / name))
            _put(beside, data, SECRET_MODE if _is_secret(name) else PUBLIC_MODE)
        for beside, path in waiting:
            beside.replace(path)
        _sync(folder)
    except OSError as error:
        raise _problem(folder, error, "a folder that can be written to") from None
    finally:
        for beside, _ in waiting:
            beside.unlink(missing_ok=True)


def _put(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_secret(name: str) -> bool:
    return name.endswith(SECRET_SUFFIXES)


def _problem(path: Path, error: OSError, want: str) -> OutputError:
    got = (error.strerror or type(error).__name__).lower()
    return OutputError(f"{path}: expected {want}, got: {got} - check its owner and mode, or choose another folder")
