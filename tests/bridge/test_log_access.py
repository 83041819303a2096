"""What cannot be read is said with what to grant."""

import errno
import os
from pathlib import Path

import pytest

from bridge.log_access import sentence


def test_whom_to_run_as(tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    log.touch()
    assert (
        f"{log}: expected a log to read, got none that this user may read - "
        f"run the bridge as uid {os.getuid()}, which owns it, or give it the capability DAC_READ_SEARCH"
    ) == sentence(str(log), PermissionError(errno.EACCES, "Permission denied", str(log)))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            PermissionError(errno.EACCES, "Permission denied", "/nowhere/at/all"),
            (
                "/nowhere/at/all: expected a log to read, got none that this user may read - "
                "run the bridge as root, or give it the capability DAC_READ_SEARCH"
            ),
        ),
        (
            FileNotFoundError(errno.ENOENT, "No such file or directory", "/log"),
            "/log: expected the log's directory, got none - create it, or correct the path in `files`",
        ),
        (
            IsADirectoryError(errno.EISDIR, "Is a directory"),
            "/log/audit.log: expected a log, got a directory - name the file in it in `files`",
        ),
        (
            OSError(errno.EIO, "Input/output error"),
            "/log/audit.log: expected a log to read, got: input/output error - check the disk and the path",
        ),
    ],
)
def test_sentences(error: OSError, said: str) -> None:
    assert said == sentence("/log/audit.log", error)
