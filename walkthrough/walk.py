"""One walk through the post: what is typed, what is expected of it, and what Loggly is asked."""

import json
import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.support.kube import free_ports
from tests.support.processes import API_TOKEN, BIN, TOKEN, Loggly, Process
from walkthrough.cluster import LOG, Cluster
from walkthrough.searching import Searching, counted, rows
from walkthrough.shell import Shell
from walkthrough.telling import Telling

_PORTS = ("SANDBOX_PORT", "FORWARD_PORT", "ADMIN_PORT", "MONITOR_PORT", "WEBHOOK_PORT")
_CURRENT = (1, 30)
_VALUES = ("audit.yaml", "webhook.yaml")


class Walk:
    """Everything that the parts of the post share; `folder` is the machine's root, and what is started ends with `stack`."""

    def __init__(self, folder: Path, told: Telling, stack: ExitStack) -> None:
        self.folder = folder
        self.told = told
        self.environment = _environment(folder)
        self.shell = Shell(folder, self.environment, stack)
        self.cluster = Cluster(folder, stack)
        self.loggly = Loggly(self.environment["LOGGLY_URL"])
        self.senders: list[Process] = []
        """What ships the log: the bridge, and the agent where there is one."""
        self.log = folder / LOG
        self.current_kubectl = _is_current(self.shell.run("kubectl version --client --output json").output)
        for name in _VALUES:
            shutil.copy(Path(__file__).with_name(name), folder / name)
        told.words |= {str(folder): "$PWD", f":{self.environment['SANDBOX_PORT']}": ":PORT"}

    def by_kubectl(self, name: str) -> str:
        """Return the name of a section whose commands are others with a kubectl of before; the page has today's."""
        return name if self.current_kubectl else f"{name}-before"

    def ready(self) -> None:
        """Begin to count here: what the API server asks itself when it starts is passed over."""
        self.shell.environment["READY"] = str(self.log.read_bytes().count(b"\n") + 1)

    def look_up(self, printed: str) -> None:
        """Take the searches and links that `audit-generator alerts` printed as JSON."""
        self.searching = Searching(printed, self.loggly, self.log)

    def typed(self, command: str, *, code: int = 0, shown: Callable[[str], str] | None = None) -> str:
        """Run a command, show it, and expect its exit code; `shown` makes of its output what the page has."""
        ran = self.shell.run(command)
        self.told.typed(command, ran.output, shown(ran.output) if shown else None)
        if ran.code != code:
            self.told.expect(f"exit code {code} of `{command}`", met=False, got=f"{ran.code}")
        return ran.output

    def started(self, command: str, announced: str) -> Process:
        """Start a command that goes on running, and show it."""
        process = self.shell.start(command, announced)
        self.told.typed(f"{command} &")
        return process

    def find(self, rule: str, wanted: int) -> None:
        """Search for an alert's events, as its definition says, and expect so many that are new."""
        alert = self.searching.alert(rule)
        self.searching.settle()
        events = self.searching.fresh(alert.search, wanted)
        self.told.note([f"{alert.title}, {alert.search}: {counted(events)}", *(f"  {row}" for row in rows(events))])
        self.told.note([alert.link])
        self.told.expect(f"{alert.title}: {wanted}", len(events) == wanted, str(len(events)))


def _is_current(said: str) -> bool:
    """Tell whether kubectl is one of today's, which makes tokens and runs commands over WebSocket."""
    try:
        version = json.loads(said)["clientVersion"]
        return (int(version["major"]), int(version["minor"].rstrip("+"))) >= _CURRENT
    except (ValueError, KeyError):
        return False


def _environment(folder: Path) -> dict[str, str]:
    """Return what the commands find in their environment: where to, with which tokens, on which ports."""
    ports = {name: str(port) for name, port in zip(_PORTS, free_ports(len(_PORTS)), strict=True)}
    return {
        **ports,
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "KUBECONFIG": str(folder / "kubeconfig"),
        "KUBECACHEDIR": str(folder / ".kube-cache"),
        "LOGGLY_TOKEN": TOKEN,
        "LOGGLY_API_TOKEN": API_TOKEN,
        "LOGGLY_URL": f"http://127.0.0.1:{ports['SANDBOX_PORT']}",
        "NODE_NAME": "node-1",
        "COLUMNS": "120",
    }
