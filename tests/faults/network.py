"""A network of our own that can swallow packets: a namespace joined to this one by a pair of interfaces. Needs root."""

import itertools
import os
import shutil
import subprocess
from types import TracebackType
from typing import Self

_NUMBERS = itertools.count(1)


def missing() -> str:
    """Say why there can be no namespace here; empty where there can."""
    if os.geteuid() != 0:
        return "not root"
    for program in ("ip", "iptables"):
        if shutil.which(program) is None:
            return f"{program} is not on PATH"
    return ""


class Network:
    """The namespace; programs started with `prefix` are in it and are reached at `address`."""

    def __init__(self) -> None:
        number = next(_NUMBERS)
        self.name = f"faults-{os.getpid()}-{number}"
        self._outside, self._inside = f"fo{os.getpid() % 10**6}x{number}", f"fi{os.getpid() % 10**6}x{number}"
        self.address = f"10.213.{number}.2"
        self._gateway = f"10.213.{number}.1"
        self.prefix = ("ip", "netns", "exec", self.name)

    def __enter__(self) -> Self:
        _run("ip", "netns", "add", self.name)
        try:
            _run("ip", "link", "add", self._outside, "type", "veth", "peer", "name", self._inside, "netns", self.name)
            _run("ip", "addr", "add", f"{self._gateway}/30", "dev", self._outside)
            _run("ip", "link", "set", self._outside, "up")
            self._within("ip", "addr", "add", f"{self.address}/30", "dev", self._inside)
            self._within("ip", "link", "set", self._inside, "up")
            self._within("ip", "link", "set", "lo", "up")
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()

    def part(self) -> None:
        """Swallow every packet between the two, without telling anybody."""
        self._rules("-A")

    def join(self) -> None:
        """Let packets pass again."""
        self._rules("-D")

    def _rules(self, action: str) -> None:
        self._within("iptables", "-w", action, "INPUT", "-i", self._inside, "-j", "DROP")
        self._within("iptables", "-w", action, "OUTPUT", "-o", self._inside, "-j", "DROP")

    def _within(self, *command: str) -> None:
        _run(*self.prefix, *command)

    def _remove(self) -> None:
        """Remove the namespace, and with it the interfaces."""
        _run("ip", "netns", "del", self.name)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
