"""Programs of somebody else's that tests meet: how each is looked for, and how a run tells which it met.

A look changes nothing and fetches nothing. It returns what the peer calls itself, with its version, or raises `AbsentError`
with the reason that the skipped test and the closing summary give.
"""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from generator.flavors import FLUENTD_IMAGE

ROOT = Path(__file__).parent.parent
GOPATH = Path("/usr/share/gocode")  # where Debian's golang-*-dev packages put sources, for GOPATH mode
GO_LOGGER = "github.com/fluent/fluent-logger-golang/fluent"
NODE_LOGGERS = ("@fluent-org/logger", "fluent-logger")
IMAGES = (FLUENTD_IMAGE, "python:3.12-slim")  # tests/container/docker-compose.yml builds on these


class AbsentError(Exception):
    """The peer is not there; the text says why."""


@dataclass(frozen=True)
class Peer:
    """What a look found: `says` where the peer is there, `missing`, the reason, where it is not."""

    name: str
    says: str = ""
    missing: str = ""


def _output(*command: str, folder: Path | None = None) -> str:
    """Run `command` and return what it printed; a program that is not there, fails or hangs is missing."""
    if shutil.which(command[0]) is None:
        raise AbsentError("not on PATH" if "/" not in command[0] else f"no program {command[0]}")
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30, check=False)
    except subprocess.TimeoutExpired:
        raise AbsentError(f"`{' '.join(command)}` did not end within 30 s") from None
    if done.returncode != 0:
        words = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()[0]
        raise AbsentError(f"`{' '.join(command)}` failed: {words}")
    return done.stdout.strip() or done.stderr.strip()


def _version(*command: str) -> str:
    """Return the first thing like a version in what `command` prints."""
    match = re.search(r"\d+(\.\d+)+", _output(*command))
    return match.group() if match else "of unknown version"


def _program(name: str, *arguments: str) -> Callable[[], str]:
    """Look for a program that is all of the peer."""
    return lambda: f"{name} {_version(name, *arguments or ('--version',))}"


def _docker() -> str:
    return f"docker {_version('docker', 'version', '--format', '{{.Server.Version}}')}"


def compose_command() -> str:
    """Return the command for Compose: Docker's plugin, or the program of its own where the plugin is not there."""
    try:
        _output("docker", "compose", "version")
    except AbsentError:
        _output("docker-compose", "version")
        return "docker-compose"
    return "docker compose"


def _compose() -> str:
    _docker()
    command = compose_command()
    for image in IMAGES:
        try:
            _output("docker", "image", "inspect", image)
        except AbsentError:
            raise AbsentError(f"image {image} is not here; fetch it with `docker pull {image}`") from None
    return f"{command} {_version(*command.split(), 'version')}"


def _kube() -> str:
    folder = os.environ.get("KUBEBUILDER_ASSETS")
    if not folder:
        raise AbsentError("KUBEBUILDER_ASSETS is not set")
    _output(f"{folder}/etcd", "--version")
    _output("kubectl", "version", "--client")
    return f"kube-apiserver {_version(f'{folder}/kube-apiserver', '--version')}"


def _policy_oracle(variable: str) -> Callable[[], str]:
    """Look for the program that `tests/support/policy_oracle.py` describes."""

    def look() -> str:
        folder = os.environ.get(variable)
        if not folder:
            raise AbsentError(f"{variable} is not set")
        if not Path(folder, "policy-oracle").is_file():
            raise AbsentError(f"no policy-oracle in the folder that {variable} names")
        return f"policy-oracle of {variable}"

    return look


def _kube_modern() -> str:
    folder = os.environ.get("KUBEBUILDER_ASSETS_MODERN")
    if not folder:
        raise AbsentError("KUBEBUILDER_ASSETS_MODERN is not set")
    if not Path(folder, "apiextensions-apiserver").is_file():
        raise AbsentError("no apiextensions-apiserver in the folder that KUBEBUILDER_ASSETS_MODERN names")
    return "apiextensions-apiserver of KUBEBUILDER_ASSETS_MODERN"


def _controller_manager() -> str:
    _kube()
    program = f"{os.environ['KUBEBUILDER_ASSETS']}/kube-controller-manager"
    return f"kube-controller-manager {_version(program, '--version')}"


def _node() -> str:
    script = "console.log(JSON.stringify(process.argv.slice(1).map(name => require(name + '/package.json').version)))"
    try:
        versions = json.loads(_output("node", "-e", script, *NODE_LOGGERS, folder=ROOT / "peers"))
    except AbsentError as problem:
        if shutil.which("node"):
            raise AbsentError("its packages are not installed; run `npm ci --prefix tests/peers`") from None
        raise problem from None
    loggers = " and ".join(f"{name} {version}" for name, version in zip(NODE_LOGGERS, versions, strict=True))
    return f"node {_version('node', '--version')} with {loggers}"


def _go() -> str:
    version = _version("go", "version")
    if not (GOPATH / "src" / GO_LOGGER).is_dir():
        raise AbsentError("no golang-github-fluent-fluent-logger-golang-dev (Debian)")
    return f"go {version} with fluent-logger-golang"


def _chromium() -> str:
    """Look for the browser and for its driver, which Debian packs apart."""
    version = _version("chromium", "--version")
    try:
        _output("chromedriver", "--version")
    except AbsentError as problem:
        raise AbsentError(f"its driver, chromedriver: {problem}") from None
    return f"chromium {version}"


LOOKS: Mapping[str, Callable[[], str]] = {
    "alertmanager": _program("prometheus-alertmanager"),  # as Debian calls it
    "checkov": _program("checkov"),
    "chromium": _chromium,
    "compose": _compose,
    "docker": _docker,
    "fluent-bit": _program("fluent-bit"),
    "fluent-logger": lambda: f"fluent-logger (PyPI) {metadata.version('fluent-logger')}",
    "fluentd": _program("fluentd"),
    "go": _go,
    "kube": _kube,
    "kube-modern": _kube_modern,
    "mkdocs": lambda: f"mkdocs {_version(str(Path(sys.executable).parent / 'mkdocs'), '--version')}",
    "node": _node,
    "kube-controller-manager": _controller_manager,
    "policy-oracle": _policy_oracle("KUBEBUILDER_ASSETS"),
    "policy-oracle-modern": _policy_oracle("KUBEBUILDER_ASSETS_MODERN"),
    "syslog-ng": _program("syslog-ng"),
}


@functools.cache
def look(name: str) -> Peer:
    """Look for the peer `name`, once a run."""
    try:
        return Peer(name, says=LOOKS[name]())
    except AbsentError as reason:
        return Peer(name, missing=str(reason))


def required() -> frozenset[str]:
    """Return the peers that AUDIT_TEST_REQUIRE, names with spaces between, turns from a skip into a failure."""
    return frozenset(os.environ.get("AUDIT_TEST_REQUIRE", "").split())


def unknown(names: Iterable[str]) -> str:
    """Return the sentence about names that no look is known for; empty where all are known."""
    strange = sorted(set(names) - LOOKS.keys())
    if not strange:
        return ""
    return f"expected peers out of {', '.join(LOOKS)}, got {', '.join(strange)} - mend the name or add a look to tests/support/peers.py"


def sentence(peers: Iterable[Peer]) -> str:
    """Tell which peers took part, and of the others why they did not."""
    met = sorted(peers, key=lambda peer: peer.name)
    there = ", ".join(peer.says for peer in met if not peer.missing) or "none"
    return "; ".join(
        [f"live peers: {there} took part", *(f"{peer.name}: {peer.missing}" for peer in met if peer.missing)]
    )
