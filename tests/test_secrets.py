"""Nothing that the bridge says holds a secret: every log level and format, every page, every command, and every mistake.

The Loggly stand-in is as unhelpful as it can be: it quotes the token, which is a part of the URL, in its answers.
"""

import http.client
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml

from bridge import logs
from bridge.client import Client, raw_chunk
from bridge.errors import BridgeError
from bridge.handshake import Secrets
from tests.support.events import sample_lines
from tests.support.processes import BIN, TOKEN, Process, Sandbox, wait_for

NEW_TOKEN = "22222222-3333-4444-8555-666666666666"
KEY, USER, PASSWORD, PROXY_PASSWORD = "shared-key-Zq81", "agent", "password of Zq82", "proxy-Zq83"
BROKEN = "broken-Zq84"  # what stands in a secret's file where it is no secret of the right form
HOOK = "T0-B0-hook-Zq86"
SECRETS = (TOKEN, NEW_TOKEN, KEY, PASSWORD, PROXY_PASSWORD, BROKEN, HOOK)
LETTERS = (["list"], ["list", "--json"], ["show", "1"], ["retry", "--all"])
PAGES = ("/", "/healthz", "/readyz", "/metrics", "/status.json", f"/bulk/{TOKEN}/")
POISON = b"fa017000-0000-4000-8000-000000000001"
QUOTED = f"no /bulk/{TOKEN}/tag/x/ and no {TOKEN} here"
EVERY = list(product(logs.LEVELS, logs.FORMATS))
EVENT = sample_lines()[0]
POISONED = re.sub(rb'"auditID":"[^"]*"', b'"auditID":"' + POISON + b'"', EVENT)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Write a configuration with every secret in it, and the files that hold them."""
    hook = f"http://127.0.0.1:1/{HOOK}"
    for name, text in {"token": TOKEN, "key": KEY, "hook": hook, "users": f"{USER}:{PASSWORD}\n"}.items():
        (tmp_path / name).write_text(text)
    tree = {
        "forward": {"shared_key_file": str(tmp_path / "key"), "users_file": str(tmp_path / "users")},
        "loggly": {"token_file": str(tmp_path / "token"), "timeout": "500ms"},
        "retry": {"initial": "10ms", "maximum": "20ms", "probe": "50ms"},
        "spool": {"path": str(tmp_path / "spool.db")},
        "dead_letter": {"path": str(tmp_path / "dead.db")},
        "notify": [
            {
                "name": "team",
                "type": "slack",
                "url_file": str(tmp_path / "hook"),
                "token_file": str(tmp_path / "key"),
                "severity": "informational",
                "wait": "1ms",
            }
        ],
    }
    file = tmp_path / "bridge.yaml"
    file.write_text(yaml.safe_dump(tree))
    return file


def assert_silent(output: str) -> None:
    """Fail where an output holds a secret, as it is or as URLs write it; without printing the output."""
    found = [number for number, secret in enumerate(SECRETS) if secret in output or quote(secret) in output]
    assert [] == found, "which of SECRETS is in the output"


class Quiet(Process):
    """A bridge that may say nothing of its ports, for its log level is what it is."""

    def __init__(self, config: Path, loggly: str, level: str, form: str, **environment: str) -> None:
        self.port, self.admin_port = free_port(), free_port()
        addresses = {"forward.host": "127.0.0.1", "forward.port": self.port, "admin.port": self.admin_port}
        sets = [part for name, value in addresses.items() for part in ("--set", f"{name}={value}")]
        options: list[str | Path] = ["--config", config, "--log-level", level, "--log-format", form, *sets]
        super().__init__([BIN / "audit-bridge", "run", *options], {"LOGGLY_URL": loggly, **environment})
        wait_for(lambda: self.page("/readyz").startswith("200"), naming="the bridge ready for clients")

    def page(self, path: str) -> str:
        """Return a page with its status and headers; empty where nobody answers yet."""
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return f"{answer.status} {answer.headers}{answer.read().decode()}"
        except ConnectionRefusedError:
            return ""
        finally:
            connection.close()

    def meet_strangers(self) -> None:
        """Let clients knock that do not know the secrets."""
        for key, password in (("another key", PASSWORD), (KEY, "another password")):
            secrets = Secrets(key.encode(), {USER: password})
            with pytest.raises((BridgeError, OSError)):
                Client("127.0.0.1", self.port, secrets=secrets, username=USER, timeout=5)
        chunk = raw_chunk("kube.audit.node-1", [EVENT], "1")
        with Client("127.0.0.1", self.port, timeout=5) as keyless:
            keyless.send(chunk)
            with pytest.raises((BridgeError, OSError)):
                keyless.acked(chunk)

    def take(self, *lines: bytes) -> None:
        """Send lines as a client does that knows the secrets."""
        secrets = Secrets(KEY.encode(), {USER: PASSWORD})
        with Client("127.0.0.1", self.port, secrets=secrets, username=USER) as client:
            client.send(raw_chunk("kube.audit.node-1", list(lines), None))


def faults() -> Iterator[dict[str, object]]:
    """Yield everything that Loggly can answer, each for some requests, with the token in its words."""
    location = {"Location": f"http://127.0.0.1:1/bulk/{TOKEN}/"}
    for status in (500, 429, 302, 401, 403, 404, 418):
        yield {"action": "respond", "status": status, "body": QUOTED, "headers": location, "times": 2}
    yield {"action": "reset", "times": 1}
    yield {"action": "hang", "times": 1}
    yield {"action": "pass", "body": QUOTED, "times": 1}
    yield {"match": {"contains": POISON.decode()}, "action": "respond", "status": 400, "body": QUOTED}


def command(*words: str | Path, **environment: str) -> str:
    """Run a command of the bridge's, and return all that it says."""
    done = subprocess.run(
        [BIN / "audit-bridge", *words],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


def said_of_letters(config: Path, url: str) -> list[str]:
    """Return what the commands say of the dead letter."""
    said = [command("dead-letters", *words, "--config", config, LOGGLY_URL=url) for words in LETTERS]
    assert POISON.decode() in said[2]
    return said


@pytest.mark.parametrize(("level", "form"), EVERY)
def test_a_run_through_everything(level: str, form: str, config: Path) -> None:
    """Strangers, a Loggly that refuses in every way, a dead letter, new secrets, and broken ones."""
    with Sandbox() as loggly, Quiet(config, loggly.url, level, form) as bridge:
        bridge.meet_strangers()
        loggly.script(*faults())
        for lines in ([EVENT], [POISONED, EVENT], [EVENT]):
            bridge.take(*lines)
        wait_for(lambda: 'events_dead_lettered_total{reason="400"} 1.0' in bridge.page("/metrics"), naming="a letter")
        pages = [bridge.page(page) for page in PAGES]
        letters = said_of_letters(config, loggly.url) if (level, form) == EVERY[0] else []
        for name, text in (("token", NEW_TOKEN), ("token", f"{BROKEN} {BROKEN}"), ("users", BROKEN), ("key", "")):
            (config.parent / name).write_text(text)
            bridge.signal(signal.SIGHUP)
            pages += [bridge.page(page) for page in PAGES]
    assert_silent(bridge.output + loggly.output + "".join(pages + letters))


def test_a_proxy_with_a_password(config: Path) -> None:
    """What fails behind a proxy does not name the proxy's password."""
    proxy = f"http://{USER}:{PROXY_PASSWORD}@127.0.0.1:1"
    with Quiet(config, "http://loggly.example.com", "debug", "text", HTTP_PROXY=proxy, http_proxy=proxy) as bridge:
        bridge.take(EVENT)
        bridge.wait_for_line("the proxy refused|refused")
        pages = [bridge.page(page) for page in PAGES]
        bridge.signal(signal.SIGKILL)  # it would wait for the proxy
    assert_silent(bridge.output + "".join(pages))


@pytest.mark.parametrize(
    ("name", "text"),
    [("token", f"{BROKEN} {BROKEN}"), ("token", f"{BROKEN}\n{BROKEN}"), ("users", BROKEN), ("users", f":{BROKEN}")],
)
def test_a_start_with_a_broken_secret(name: str, text: str, config: Path) -> None:
    (config.parent / name).write_text(text)
    said = command("run", "--config", config)
    assert f"{config.parent / name}" in said
    assert_silent(said)


@pytest.mark.parametrize("setting", ["loggly.token", "loggly.token_file.x", "forward.shared_key", "forward.users"])
def test_a_secret_where_none_belongs(setting: str, config: Path) -> None:
    """A secret on the command line is a mistake; the error does not repeat it."""
    said = command("check", "--config", config, "--set", f"{setting}={TOKEN}")
    assert setting.split(".")[1] in said
    assert_silent(said)
