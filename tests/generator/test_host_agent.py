"""The files of an agent that is a package on the machines: complete, and as systemd takes them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from generator.host_agent import bytes_of
from generator.load import load
from generator.render import render
from tests.generator.test_agents import DEFAULT, HOST, rendered

UNIT = """\
[Service]
User=_fluentd
Type=forking
PIDFile=/var/run/fluent/fluentd.pid
RuntimeDirectory=fluent
Environment=FLUENT_PACKAGE_LOG_FILE=/var/log/fluent/fluentd.log
ExecStart=/bin/true --log $FLUENT_PACKAGE_LOG_FILE --daemon /var/run/fluent/fluentd.pid
"""


def test_the_files_are_all_there_and_nothing_of_them_where_the_agent_is_a_pod() -> None:
    names = {path.removeprefix("host/agent/") for path in rendered(*HOST) if path.startswith("host/agent/")}
    assert {"README.md", "environment", "fluentd.conf", "logrotate.conf", "systemd.conf"} == names
    assert not [path for path in rendered() if path.startswith("host/agent/")]


def test_td_agent_has_its_own_paths() -> None:
    files = rendered(*HOST, "agent.flavor=td-agent", "agent.onHost=true")
    assert "TD_AGENT_LOG_FILE=/var/log/kube-audit-agent/agent.log\n" in files["host/agent/environment"]
    assert "/var/run/td-agent/td-agent.pid" in files["host/agent/logrotate.conf"]
    assert "need td-agent 4.3 or newer" in files["host/agent/README.md"].replace("\n", " ")
    assert "pos_file /var/lib/kube-audit-agent/kube-audit.pos\n" in files["host/agent/td-agent.conf"]


def test_every_file_has_a_step() -> None:
    files = rendered(*HOST)
    readme = files["host/agent/README.md"]
    for path in files:
        if path.startswith("host/agent/") and not path.endswith("README.md"):
            assert f"`{path.removeprefix('host/agent/')}`" in readme


def test_secrets_are_to_be_filled_in() -> None:
    environment = rendered(*HOST, "forward.user={name: a}")["host/agent/environment"]
    assert [
        "NODE_NAME=FILL-IN",
        "FLUENT_PACKAGE_LOG_FILE=/var/log/kube-audit-agent/agent.log",
        "FORWARD_SHARED_KEY=FILL-IN",
        "FORWARD_PASSWORD=FILL-IN",
    ] == environment.splitlines()[1:]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")
def test_systemd_takes_the_drop_in(tmp_path: Path) -> None:
    """Laid over a unit like the package's, without a word of complaint about either."""
    files = render(load([DEFAULT], HOST))
    (tmp_path / "fluentd.service").write_text(UNIT)
    drop_in = tmp_path / "fluentd.service.d" / "kube-audit.conf"
    drop_in.parent.mkdir()
    drop_in.write_text(files["host/agent/systemd.conf"])
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(tmp_path / "fluentd.service")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert [] == [line for line in (done.stdout + done.stderr).splitlines() if str(tmp_path) in line]


@pytest.mark.parametrize(("quantity", "size"), [("512Mi", 2**29), ("1.5Gi", 3 * 2**29), ("500M", 5 * 10**8), ("7", 7)])
def test_a_quantity_in_bytes(quantity: str, size: int) -> None:
    assert size == bytes_of(quantity)


@pytest.mark.parametrize("quantity", ["", "Mi", "5Xi", "100m"])
def test_what_is_no_quantity_of_memory(quantity: str) -> None:
    with pytest.raises(ValueError, match="no quantity of memory"):
        bytes_of(quantity)
