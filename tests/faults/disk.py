"""A disk so small that it is soon full: a tmpfs. Needs root."""

import os
import subprocess
from pathlib import Path
from typing import Self


def missing() -> str:
    """Say why there can be no such disk here; empty where there can."""
    return "" if os.geteuid() == 0 else "not root"


class Disk:
    """`size` bytes, mounted at `folder` while the context lasts."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self._size = size

    def __enter__(self) -> Self:
        self.folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self._size}", "tmpfs", self.folder], check=True)
        return self

    def __exit__(self, *error: object) -> None:
        subprocess.run(["umount", "--lazy", self.folder], check=True)
