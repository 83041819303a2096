"""A real Fluentd and the bridge speak TLS as it is rendered, with certificates of `audit-generator certs`, mounted as the kubelet would."""

import json
import socket
import ssl
import subprocess
from base64 import b64decode
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from generator.flavors import FLAVORS
from generator.load import load
from generator.manifest_context import TLS_DIRECTORY
from generator.render import MONITOR_PORT, render, stream
from tests.support.agents import append, bridge_config, differences, sample
from tests.support.kube import free_ports
from tests.support.processes import BIN, Bridge, Process, Sandbox, wait_for

pytestmark = pytest.mark.peer("fluentd")

DEFAULT = Path(__file__).parent.parent.parent / "values" / "default.yaml"
MUTUAL = ("tls.mode=secret", "tls.clientCertificates=true")


class Ends(NamedTuple):
    """The two pods, as far as a test needs them: what stands in each one's folder of certificates, and its settings."""

    fluent_conf: str
    bridge_settings: list[str]


def ends(folder: Path, *settings: str, names: tuple[str, ...] = ("localhost",)) -> Ends:
    """Render, make certificates, and mount what each pod mounts below `folder`; `names` are further ones of the bridge."""
    log = folder / "audit.log"
    files = render(load([DEFAULT], [f"audit.log.path={log}", *settings]))
    objects = list(yaml.safe_load_all(stream(files)))
    (agent,) = (one for one in objects if one["kind"] == "DaemonSet")
    (bridge,) = (one for one in objects if one["kind"] == "Deployment")
    secrets = certificates(folder / "certs", *(argument for name in names for argument in ("--san", name)))
    mounted = {pod["kind"]: mount(folder, pod, secrets) for pod in (agent, bridge)}
    arguments = bridge["spec"]["template"]["spec"]["containers"][0]["args"]
    own = [one.removeprefix("--set=") for one in arguments if one.startswith("--set=forward.tls.")]
    return Ends(
        files["fluent.conf"].replace(TLS_DIRECTORY, str(mounted["DaemonSet"])),
        [one.replace(TLS_DIRECTORY, str(mounted["Deployment"])) for one in own],
    )


def certificates(folder: Path, *arguments: str) -> list[Any]:
    command: list[str | Path] = [BIN / "audit-generator", "certs", DEFAULT, "-o", folder, "--secrets", *arguments]
    return list(yaml.safe_load_all(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout))


def mount(folder: Path, pod: Any, secrets: list[Any]) -> Path:
    """Write the keys of the Secret that the pod's volume names, and no others, into a folder of its own."""
    place = folder / str(pod["kind"])
    (volume,) = (one["secret"] for one in pod["spec"]["template"]["spec"]["volumes"] if one["name"] == "tls")
    names = (pod["metadata"]["namespace"], volume["secretName"])
    (secret,) = (one for one in secrets if (one["metadata"]["namespace"], one["metadata"]["name"]) == names)
    place.mkdir()
    for item in volume["items"]:
        (place / item["path"]).write_bytes(b64decode(secret["data"][item["key"]]))
    return place


def fluentd(folder: Path, text: str, port: int) -> Process:
    (monitor,) = free_ports(1)
    for before, after in (
        (FLAVORS["fluentd"].state, str(folder / "state")),
        ("host kube-audit-bridge.audit-bridge.svc", "host localhost"),
        ("port 24224", f"port {port}"),
        (f"port {MONITOR_PORT}", f"port {monitor}"),
    ):
        text = text.replace(before, after)
    (folder / "fluent.conf").write_text(text)
    return Process(["fluentd", "--config", folder / "fluent.conf"], {"NODE_NAME": "cp-1"})


def knock(port: int, authority: Path) -> None:
    """Speak TLS without a certificate of one's own, until the bridge closes."""
    context = ssl.create_default_context(cafile=authority)
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        suppress(OSError),
        context.wrap_socket(plain, server_hostname="localhost") as wrapped,
    ):
        wrapped.recv(1)


def test_with_certificates_at_both_ends(tmp_path: Path) -> None:
    """Whoever has none is not let in."""
    lines = sample(200)
    append(tmp_path / "audit.log", lines)
    both = ends(tmp_path, *MUTUAL)
    with Sandbox() as loggly, Bridge(bridge_config(tmp_path), loggly.url, *both.bridge_settings) as bridge:
        with fluentd(tmp_path, both.fluent_conf, bridge.port):
            wait_for(lambda: len(loggly.events()) >= 200, 40, "200 events")
        assert ([], []) == differences(lines, [json.loads(event["raw"]) for event in loggly.events()])
        knock(bridge.port, tmp_path / "DaemonSet" / "ca.crt")
        bridge.wait_for_line("peer did not return a certificate")


def test_a_bridge_of_another_name_gets_nothing(tmp_path: Path) -> None:
    append(tmp_path / "audit.log", sample(1))
    both = ends(tmp_path, "tls.mode=secret", names=())
    with Sandbox() as loggly, Bridge(bridge_config(tmp_path), loggly.url, *both.bridge_settings) as bridge:
        with fluentd(tmp_path, both.fluent_conf, bridge.port) as agent:
            agent.wait_for_line("hostname mismatch", 40)
        assert [] == loggly.events()


def test_without_client_certificates_neither_end_has_what_it_does_not_need(tmp_path: Path) -> None:
    ends(tmp_path, "tls.mode=secret")
    assert {"ca.crt"} == {file.name for file in (tmp_path / "DaemonSet").iterdir()}
    assert {"tls.crt", "tls.key"} == {file.name for file in (tmp_path / "Deployment").iterdir()}
