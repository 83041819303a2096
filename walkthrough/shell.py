"""A shell in the folder that stands for the machine: what is typed there, and what goes on running."""

import os
import shlex
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import Process

_SECONDS = 60.0
_LATE = 124
"""The exit code that timeout(1) has for it."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that has ended: its exit code, and what it said on both outputs."""

    code: int
    output: str


class Shell:
    """Runs commands with bash, with `environment` over that of this process; what was started ends with `stack`."""

    def __init__(self, folder: Path, environment: Mapping[str, str], stack: ExitStack) -> None:
        self.folder = folder
        self.environment = dict(environment)
        self._stack = stack

    def run(self, command: str) -> Ran:
        """Run a command to its end."""
        try:
            done = subprocess.run(
                ["bash", "-c", command],  # noqa: S607 - the shell that a person has
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return Ran(_LATE, f"not ended within {_SECONDS:g} s")
        return Ran(done.returncode, done.stdout)

    def exports(self) -> str:
        """Return what gives another shell the same environment."""
        return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in self.environment.items())

    def start(self, command: str, announced: str) -> Process:
        """Start a command that goes on running, and wait for the line by which it says that it does."""
        process = Process(["bash", "-c", f"cd {self.folder} && exec {command}"], self.environment)
        self._stack.enter_context(process)
        process.announced(f"({announced})")
        return process
