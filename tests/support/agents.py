"""Real log agents for live tests: Fluentd and Fluent Bit, each tailing an audit log and forwarding it.

Both keep what is not acked in files, so that "everything is acked" is something that a test can see from outside.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import trustme
import yaml

from audit.judge import Judge
from audit.redact import BODIES
from tests.support.events import sample_lines
from tests.support.processes import Process, Sandbox, wait_for

NODE = "node-1"
KEY = "shared-key-of-the-tests"
USER = "agent"
PASSWORD = "password-of-the-tests"
Tree = Mapping[str, Any]


class Agent(Protocol):
    """What tests ask of an agent."""

    def pending(self) -> list[Path]:
        """Return the files that hold what is not acked yet."""

    @property
    def output(self) -> str:
        """Return all that the agent has logged."""


class Fluentd(Process):
    """Fluentd, tailing `folder/audit.log`; `changes` is laid over the `forward` output, `parse` names the parser."""

    def __init__(
        self, folder: Path, port: int, changes: Tree | None = None, *, parse: str = "none", log_level: str = "info"
    ) -> None:
        self._buffer = folder / "buffer"
        match = merged(self._forward(port), changes or {})
        tree = {
            "system": {"log_level": log_level},
            "source": {
                "@type": "tail",
                "path": folder / "audit.log",
                "pos_file": folder / "position",
                "tag": f"kube.audit.{NODE}",
                "read_from_head": "true",
                "refresh_interval": "1s",
                "rotate_wait": "1s",
                "parse": {"@type": parse},
            },
            "match kube.audit.**": match,
        }
        config = folder / "fluent.conf"
        config.write_text(directives(tree))
        super().__init__(["fluentd", "--no-supervisor", "--config", config])

    def _forward(self, port: int) -> Tree:
        return {
            "@type": "forward",
            "require_ack_response": "true",
            "ack_response_timeout": "20s",
            "heartbeat_type": "none",
            "server": {"host": "127.0.0.1", "port": port},
            "buffer tag": {
                "@type": "file",
                "path": self._buffer,
                "chunk_limit_size": "200k",  # several chunks, on several connections at once
                "flush_interval": "0.2",
                "flush_thread_count": "2",
                "flush_thread_interval": "0.1",
                "retry_forever": "true",
                "retry_wait": "0.2",
                "retry_max_interval": "1s",
            },
        }

    def pending(self) -> list[Path]:
        return sorted(self._buffer.glob("*.log"))


class FluentBit(Process):
    """Fluent Bit, tailing `folder/audit.log`; `changes` is laid over the `forward` output, `tail` over the input."""

    def __init__(self, folder: Path, port: int, changes: Tree | None = None, *, tail: Tree | None = None) -> None:
        self._storage = folder / "storage"
        self._storage.mkdir(exist_ok=True)
        source = {
            "name": "tail",
            "path": str(folder / "audit.log"),
            "db": str(folder / "position.db"),
            "tag": f"kube.audit.{NODE}",
            "read_from_head": True,
            "refresh_interval": 1,
            "rotate_wait": 1,
            "buffer_max_size": "2M",  # by default a line above 32 KiB ends the tailing of its file
            "storage.type": "filesystem",
        }
        output = {
            "name": "forward",
            "match": "*",
            "host": "127.0.0.1",
            "port": port,
            "require_ack_response": True,
            "retry_limit": "no_limits",
            "net.io_timeout": "20s",
        }
        tree = {
            "service": {"flush": 0.2, "storage.path": str(self._storage), "scheduler.base": 1, "scheduler.cap": 2},
            "parsers": [{"name": "audit", "format": "json"}],
            "pipeline": {"inputs": [merged(source, tail or {})], "outputs": [merged(output, changes or {})]},
        }
        config = folder / "fluent-bit.yaml"
        config.write_text(yaml.safe_dump(tree))
        super().__init__(["fluent-bit", "--config", config])

    def pending(self) -> list[Path]:
        return sorted(self._storage.rglob("*.flb"))


class Keys:
    """A throw-away authority with the bridge's certificate for `localhost` and a client's, as files in PEM."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        server = authority.issue_cert("localhost")
        client = authority.issue_cert("agent.example.com", common_name="agent")
        self.authority = folder / "authority.pem"
        self.server, self.server_key = folder / "server.pem", folder / "server.key"
        self.client, self.client_key = folder / "client.pem", folder / "client.key"
        authority.cert_pem.write_to_path(self.authority)
        for leaf, chain, key in ((server, self.server, self.server_key), (client, self.client, self.client_key)):
            chain.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
            leaf.private_key_pem.write_to_path(key)


def bridge_config(folder: Path, *, key: bool = False, users: bool = False, tls: Tree | None = None) -> Path:
    """Write the bridge's configuration, asking of clients what is named; `tls` as in `forward.tls`."""
    (folder / "shared-key").write_text(KEY + "\n")
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n")
    forward: dict[str, Any] = {"tls": {name: str(path) for name, path in tls.items()}} if tls else {}
    if key or users:
        forward["shared_key_file"] = str(folder / "shared-key")
    if users:
        forward["users_file"] = str(folder / "users")
    retry = {"initial": "100ms", "maximum": "500ms"}
    config = folder / "bridge.yaml"
    config.write_text(yaml.safe_dump({"cluster": "test", "forward": forward, "retry": retry}))
    return config


def sample(count: int) -> list[str]:
    """Return the first `count` lines of the audit log that comes with the bridge."""
    return [line.decode() for line in sample_lines()[:count]]


def append(log: Path, lines: Sequence[str]) -> None:
    """Write whole lines to the end of a log, as the API server does."""
    with log.open("a", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


def arrive(lines: Sequence[str], loggly: Sandbox, agent: Agent, within: float = 40.0) -> list[dict[str, Any]]:
    """Wait until Loggly holds as many events as there are lines, and the agent nothing; return the events."""

    def settled() -> bool:
        return not agent.pending() and len(loggly.events()) >= len(lines)

    try:
        wait_for(settled, within, f"{len(lines)} events in Loggly and an empty buffer")
    except AssertionError as late:
        held, kept = len(loggly.events()), len(agent.pending())
        raise AssertionError(f"{late}; Loggly has {held}, the agent {kept} files\n{agent.output[-4000:]}") from None
    return [json.loads(event["raw"]) for event in loggly.events()]


ADDED = ("audit", "timestamp")


def differences(lines: Sequence[str], events: Sequence[Tree]) -> tuple[list[str], list[str]]:
    """Return what is lost, and what came twice or changed: audit ID and stage of each.

    An event is meant to arrive as the judge says of its line; that has tests of its own.
    """
    judge = Judge("", "", 1_000_000)
    sent = Counter(_canonical(_original(json.loads(judge.line(line.encode(), "", 0)))) for line in lines)
    held = Counter(_canonical(_original(event)) for event in events)
    return [*map(_label, (sent - held).elements())], [*map(_label, (held - sent).elements())]


def _original(event: Tree) -> Tree:
    """Take away what the bridge adds, and take bodies out of their texts: JSON says the same in many ways."""
    return {name: _body(value) if name in BODIES else value for name, value in event.items() if name not in ADDED}


def _body(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _canonical(event: Tree) -> str:
    return json.dumps(event, sort_keys=True)


def _label(text: str) -> str:
    event = json.loads(text)
    return f"{event.get('auditID')} {event.get('stage')}"


def merged(below: Tree, above: Tree) -> dict[str, Any]:
    """Lay one mapping over another, section by section; None takes a name away."""
    both = dict(below)
    for name, value in above.items():
        both[name] = merged(both.get(name, {}), value) if isinstance(value, Mapping) else value
    return {name: value for name, value in both.items() if value is not None}


def directives(tree: Tree, indent: str = "") -> str:
    """Write Fluentd's configuration language: a mapping is a section, whose end repeats the first word of its name."""
    text = ""
    for name, value in tree.items():
        if isinstance(value, Mapping):
            text += f"{indent}<{name}>\n{directives(value, indent + '  ')}{indent}</{name.split()[0]}>\n"
        else:
            text += f"{indent}{name} {value}\n"
    return text
